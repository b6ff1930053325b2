package io.clickstream.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Runs a process in a mount namespace of its own, in which all file systems are read-only but some
 * folders. That holds for native code, too, and needs Linux.
 */
public final class ReadOnlyRoot {

    private static final long TIMEOUT_SECONDS = 20;

    /** The kernel's own file systems, which hold no files. */
    private static final Set<String> OF_THE_KERNEL = Set.of("/proc", "/sys");

    /** A mount that is made read-only in a user namespace must keep these. */
    private static final Set<String> KEPT =
            Set.of("nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime");

    /**
     * The command that runs the command after it.
     *
     * @param writable folders, which it creates
     * @return empty if this machine does not permit it
     */
    public static Optional<List<String>> command(List<Path> writable) throws Exception {
        List<String> script = new ArrayList<>(List.of("set -e"));
        for (Path folder : writable) {
            String quoted = quoted(Files.createDirectories(folder).toRealPath().toString());
            script.add("mount --bind " + quoted + " " + quoted);
        }
        script.addAll(remounts());
        script.add("exec \"$@\"");
        for (List<String> unshare :
                List.of(
                        List.of("unshare", "--mount"),
                        List.of("unshare", "--user", "--map-root-user", "--mount"))) {
            List<String> command = new ArrayList<>(unshare);
            command.addAll(List.of("sh", "-c", String.join("\n", script), "sh"));
            if (works(command)) {
                return Optional.of(command);
            }
        }
        return Optional.empty();
    }

    private static List<String> remounts() throws IOException {
        Set<String> remounts = new LinkedHashSet<>();
        Path mounts = Path.of("/proc/self/mounts");
        if (!Files.exists(mounts)) {
            return List.of("false");
        }
        for (String line : Files.readAllLines(mounts)) {
            String[] fields = line.split(" ", -1);
            String at = fields[1].replace("\\040", " ");
            if (OF_THE_KERNEL.stream().noneMatch(top -> Path.of(at).startsWith(top))) {
                String options =
                        Arrays.stream(fields[3].split(",", -1))
                                .filter(KEPT::contains)
                                .map(option -> "," + option)
                                .collect(Collectors.joining());
                remounts.add("mount -o remount,bind,ro" + options + " " + quoted(at));
            }
        }
        return List.copyOf(remounts);
    }

    private static String quoted(String path) {
        return "'" + path.replace("'", "'\\''") + "'";
    }

    private static boolean works(List<String> command) throws InterruptedException {
        List<String> trial = new ArrayList<>(command);
        trial.add("true");
        try {
            Process process =
                    new ProcessBuilder(trial)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private ReadOnlyRoot() {}
}
