package io.clickstream.local.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The TCP sockets that processes of this user listen on, as Linux tells in {@code /proc}. */
public final class ListeningSockets {

    private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d+)]");
    private static final String LISTEN = "0A";

    private ListeningSockets() {}

    /** All sockets that the processes listen on. */
    public static List<InetSocketAddress> of(long... pids) throws IOException {
        Set<String> inodes = new HashSet<>();
        for (long pid : pids) {
            inodes.addAll(socketInodes(pid));
        }
        List<InetSocketAddress> sockets = new ArrayList<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            if (Files.exists(Path.of(table))) {
                addListening(Files.readAllLines(Path.of(table)), inodes, sockets);
            }
        }
        return sockets;
    }

    /** Those of {@link #of} that can be reached from another machine. */
    public static List<InetSocketAddress> notLoopback(long... pids) throws IOException {
        return of(pids).stream()
                .filter(socket -> !socket.getAddress().isLoopbackAddress())
                .toList();
    }

    private static void addListening(
            List<String> lines, Set<String> inodes, List<InetSocketAddress> sockets)
            throws IOException {
        for (String line : lines.subList(1, lines.size())) {
            // sl, local_address, rem_address, st, queues, timer, retrnsmt, uid, timeout, inode
            String[] fields = line.strip().split("\\s+", 11);
            if (fields[3].equals(LISTEN) && inodes.contains(fields[9])) {
                sockets.add(address(fields[1]));
            }
        }
    }

    private static Set<String> socketInodes(long pid) throws IOException {
        Set<String> inodes = new HashSet<>();
        try (DirectoryStream<Path> descriptors =
                Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path descriptor : descriptors) {
                try {
                    Matcher socket = SOCKET.matcher(Files.readSymbolicLink(descriptor).toString());
                    if (socket.matches()) {
                        inodes.add(socket.group(1));
                    }
                } catch (NoSuchFileException e) {
                    // Closed since the folder was listed.
                }
            }
        }
        return inodes;
    }

    /** Parses {@code 0100007F:1F90}: 32-bit words in the machine's byte order, here little. */
    static InetSocketAddress address(String hex) throws IOException {
        int colon = hex.indexOf(':');
        byte[] words = HexFormat.of().parseHex(hex.substring(0, colon));
        byte[] address = new byte[words.length];
        for (int i = 0; i < words.length; i++) {
            address[i] = words[(i & ~3) + 3 - (i & 3)];
        }
        return new InetSocketAddress(
                InetAddress.getByAddress(address), Integer.parseInt(hex.substring(colon + 1), 16));
    }
}
