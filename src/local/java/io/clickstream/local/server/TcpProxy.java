package io.clickstream.local.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands between clients and a server, and can hang: connections stay open, and nothing goes
 * through, as with a server that is stopped or a network that loses all packets. Or it closes all
 * connections, as a server does that crashes.
 */
public final class TcpProxy implements AutoCloseable {

    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile InetSocketAddress server;
    private final Object gate = new Object();
    private boolean hangs;
    private volatile boolean closesAll;

    public TcpProxy() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    /** Host and port for clients. */
    public String address() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /**
     * Begins to forward.
     *
     * @param to host and port of the server
     */
    public TcpProxy forward(String to) {
        int colon = to.lastIndexOf(':');
        server =
                new InetSocketAddress(
                        to.substring(0, colon), Integer.parseInt(to.substring(colon + 1)));
        start(this::accept);
        return this;
    }

    public void hang() {
        synchronized (gate) {
            hangs = true;
        }
    }

    /** Closes all connections, and each new one at once. */
    public void cut() {
        closesAll = true;
        close(sockets.toArray(new Socket[0]));
    }

    /** Forwards again. */
    public void resume() {
        closesAll = false;
        synchronized (gate) {
            hangs = false;
            gate.notifyAll();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                if (closesAll) {
                    client.close();
                } else {
                    sockets.add(client);
                    start(() -> connect(client));
                }
            }
        } catch (IOException closed) {
            // The end of the proxy.
        }
    }

    private void connect(Socket client) {
        Socket upstream = new Socket();
        sockets.add(upstream);
        try {
            awaitOpen();
            upstream.connect(server);
            start(() -> pump(client, upstream));
            pump(upstream, client);
        } catch (IOException e) {
            close(client, upstream);
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[1 << 16];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                awaitOpen();
                out.write(buffer, 0, read);
            }
            close(from, to);
        } catch (IOException e) {
            close(from, to);
        }
    }

    private void awaitOpen() throws IOException {
        synchronized (gate) {
            while (hangs) {
                try {
                    gate.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("interrupted", e);
                }
            }
        }
    }

    private void close(Socket... all) {
        for (Socket socket : all) {
            sockets.remove(socket);
            try {
                socket.close();
            } catch (IOException e) {
                throw new IllegalStateException("A socket can't be closed", e);
            }
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "tcp-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        resume();
        close(sockets.toArray(new Socket[0]));
    }
}
