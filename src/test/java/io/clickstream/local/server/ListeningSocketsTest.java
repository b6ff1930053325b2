package io.clickstream.local.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class ListeningSocketsTest {

    private static final long THIS_PROCESS = ProcessHandle.current().pid();

    @Test
    void socketOnLoopbackIsListedAndHarmless() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());

            assertThat(ListeningSockets.of(THIS_PROCESS))
                    .extracting(InetSocketAddress::getPort)
                    .contains(socket.getLocalPort());
            assertThat(ListeningSockets.notLoopback(THIS_PROCESS)).doesNotContain(address);
        }
    }

    @Test
    void socketOnAllAddressesIsFound() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            assertThat(ListeningSockets.notLoopback(THIS_PROCESS))
                    .extracting(InetSocketAddress::getPort)
                    .contains(socket.getLocalPort());
        }
    }

    @Test
    void addressesAreParsed() throws IOException {
        assertThat(ListeningSockets.address("0100007F:1F90"))
                .isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), 8080));
        // An IPv4 address as IPv6 sockets show it, and the IPv6 loopback.
        assertThat(ListeningSockets.address("0000000000000000FFFF00000100007F:0050"))
                .isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), 80));
        assertThat(
                        ListeningSockets.address("00000000000000000000000001000000:0050")
                                .getAddress()
                                .isLoopbackAddress())
                .isTrue();
    }
}
