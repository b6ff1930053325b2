package io.clickstream.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A certificate of one's own for 127.0.0.1 with its key, made by the keytool of this JDK. */
public final class Certificate {

    public static final String PASSWORD = "st0re-s3cret";

    private static final Base64.Encoder BASE64 =
            Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

    private final Path keystore;
    private final Path certificate;

    private Certificate(Path keystore, Path certificate) {
        this.keystore = keystore;
        this.certificate = certificate;
    }

    /** Makes the files {@code NAME.p12} and {@code NAME.pem}. */
    public static Certificate make(Path folder, String name) throws Exception {
        Path keystore = folder.resolve(name + ".p12");
        Path certificate = folder.resolve(name + ".pem");
        keytool(
                keystore,
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=ip:127.0.0.1",
                "-validity",
                "3");
        keytool(keystore, "-exportcert", "-alias", name, "-rfc", "-file", certificate.toString());
        return new Certificate(keystore, certificate);
    }

    private static void keytool(Path keystore, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(
                List.of(
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keystore.toString(),
                        "-storepass",
                        PASSWORD));
        Path output = Files.createTempFile(keystore.getParent(), "keytool", ".log");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        if (process.waitFor() != 0) {
            throw new IOException("keytool failed: " + Files.readString(output));
        }
    }

    /** The PKCS #12 file of key and certificate, with {@link #PASSWORD}. */
    public String keystore() {
        return keystore.toString();
    }

    /** The PEM file of the certificate alone. */
    public String certificate() {
        return certificate.toString();
    }

    /** The context of a server with this certificate. */
    public SSLContext serverContext() throws Exception {
        KeyStore store = KeyStore.getInstance(keystore.toFile(), PASSWORD.toCharArray());
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(store, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    /** Certificate and key in one PEM text. */
    public String pem() throws Exception {
        KeyStore store = KeyStore.getInstance(keystore.toFile(), PASSWORD.toCharArray());
        Key key = store.getKey(store.aliases().nextElement(), PASSWORD.toCharArray());
        return Files.readString(certificate)
                + "-----BEGIN PRIVATE KEY-----\n"
                + BASE64.encodeToString(key.getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }
}
