package dev.trainyard.worker.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.worker.docker.HostDocker;
import dev.trainyard.worker.engine.EngineNetwork;
import dev.trainyard.worker.engine.Workshop;
import dev.trainyard.worker.network.GuardedNetwork.Unguarded;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The network of builds on the real engine, with the packet filter of this host. ImagesTest has builds in it. */
@Timeout(60)
class GuardedNetworkTest {

    private final Workshop workshop = HostDocker.workshop();

    @AfterEach
    void close() throws IOException {
        workshop.close();
    }

    @Test
    void simultaneous_calls_create_one_network_and_effective_rules() throws Exception {
        try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
            GuardedNetwork network = GuardedNetwork.of(workshop.engine().networks());
            for (Future<?> each : workers.invokeAll(IntStream.range(0, 6)
                    .mapToObj(i -> (Callable<?>) network::provide)
                    .toList())) {
                assertThat(each.get()).isEqualTo(Optional.empty());
            }
        }

        assertThat(HostCommand.run("iptables", "-t", "raw", "-S"))
                .contains("-A PREROUTING -d 169.254.0.0/16 -i trainyard-build -j TRAINYARD-BUILDS")
                .contains("-A TRAINYARD-BUILDS -j DROP");
        assertThat(HostCommand.run("ip6tables", "-t", "raw", "-S"))
                .contains("-A PREROUTING -i trainyard-build -j DROP");
    }

    @Test
    void simultaneous_calls_create_a_network_once() throws Exception {
        String name = "trainyard-test-" + UUID.randomUUID();
        String device = name.substring(name.length() - 12);
        try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<EngineNetwork> each : workers.invokeAll(IntStream.range(0, 6)
                    .mapToObj(i -> (Callable<EngineNetwork>)
                            () -> workshop.engine().networks().provideBridge(name, device))
                    .toList())) {
                assertThat(each.get()).isEqualTo(new EngineNetwork("bridge", device, true, false));
            }
            assertThat(HostCommand.run("docker", "network", "ls", "-q", "--filter", "name=" + name)
                            .lines())
                    .hasSize(1);
        } finally {
            HostCommand.run("docker", "network", "rm", name);
        }
    }

    @Test
    void without_a_packet_filter_builds_are_refused_where_there_is_a_link_local_address_only() throws Exception {
        GuardedNetwork network = withoutFirewall(new LinkLocal(List.of()));

        try (LinkLocalService service = LinkLocalService.start()) {
            assertThatThrownBy(network::provide)
                    .isInstanceOf(Unguarded.class)
                    .hasMessageContaining("this host has the address 169.254.")
                    .hasMessageContaining("/nowhere/iptables");
        }
        assertThat(network.provide()).hasValueSatisfying(why -> assertThat(why).contains("/nowhere/iptables"));
    }

    @Test
    void or_where_the_default_route_leads_to_a_service() throws Exception {
        try (ServerSocket service = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            GuardedNetwork network = withoutFirewall(
                    new LinkLocal(List.of(new InetSocketAddress(service.getInetAddress(), service.getLocalPort()))));

            assertThatThrownBy(network::provide)
                    .isInstanceOf(Unguarded.class)
                    .hasMessageContaining("something listens at 127.0.0.1");
        }
    }

    private GuardedNetwork withoutFirewall(LinkLocal linkLocal) {
        return new GuardedNetwork(workshop.engine().networks(), new Firewall("/nowhere/iptables"), linkLocal);
    }
}
