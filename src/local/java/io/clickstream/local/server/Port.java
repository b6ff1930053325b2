package io.clickstream.local.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Ports of the loopback address. */
public final class Port {

    /** Any port that is free. */
    public static final int ANY = 0;

    private static final int MAX = 65_535;

    /**
     * The port of a server.
     *
     * @param wanted the port that the user wants, which may be {@link #ANY}; null if any will do
     * @param usual the one that is taken if the user wants none and it is free
     * @param option the option for another port
     * @throws IllegalArgumentException if the wanted port is none, or is in use
     */
    public static int choose(Integer wanted, int usual, String option) {
        if (wanted == null) {
            return isFree(usual) ? usual : ANY;
        }
        if (wanted < 0 || wanted > MAX) {
            throw new IllegalArgumentException(
                    "%s must be a port up to %d, or 0 for any that is free, not %d"
                            .formatted(option, MAX, wanted));
        }
        if (wanted != ANY && !isFree(wanted)) {
            throw new IllegalArgumentException(
                    "port %d is in use: end the program that uses it, or choose another port with %s"
                            .formatted(wanted, option));
        }
        return wanted;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            // Connections of a server that has just ended do not matter.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private Port() {}
}
