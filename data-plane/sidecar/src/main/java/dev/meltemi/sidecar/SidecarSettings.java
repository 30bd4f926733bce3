package dev.meltemi.sidecar;

import dev.meltemi.proxy.checks.ApplicationProbe;
import dev.meltemi.proxy.names.NameSettings;
import dev.meltemi.routing.Workload;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// What one proxy is told at its birth. Everything else comes from the bus.
///
/// @param drain longest time for requests under way at the end
/// @param names how names of services are resolved
/// @param probe how the application is asked whether it is well; empty: it is taken for well
/// @param credentials folder of the certificates and keys that rules name
/// @param maxConnections of callers, of all listeners together; empty: as many as the process has descriptors for
public record SidecarSettings(
        Who who,
        Listen listen,
        Config config,
        Duration drain,
        NameSettings names,
        Optional<ApplicationProbe.Settings> probe,
        Optional<Path> credentials,
        OptionalInt maxConnections) {
    public static final Duration DRAIN = Duration.ofSeconds(10);

    public SidecarSettings(Who who, Listen listen, Config config, Duration drain) {
        this(who, listen, config, drain, NameSettings.DEFAULT, Optional.empty(), Optional.empty(), OptionalInt.empty());
    }

    public SidecarSettings with(NameSettings others) {
        return new SidecarSettings(who, listen, config, drain, others, probe, credentials, maxConnections);
    }

    public SidecarSettings withCredentials(Optional<Path> folder) {
        return new SidecarSettings(who, listen, config, drain, names, probe, folder, maxConnections);
    }

    public SidecarSettings withMaxConnections(OptionalInt most) {
        return new SidecarSettings(who, listen, config, drain, names, probe, credentials, most);
    }

    public SidecarSettings with(ApplicationProbe.Settings asked) {
        return new SidecarSettings(who, listen, config, drain, names, Optional.of(asked), credentials, maxConnections);
    }

    /// @param workload stable name: `reviews-v1`
    /// @param gateway serves Gateways instead of an application
    /// @param services that it serves without anybody having declared them
    public record Who(
            String workload,
            String namespace,
            Map<String, String> labels,
            String serviceAccount,
            String cluster,
            String locality,
            boolean gateway,
            List<Service> services) {
        public Who {
            labels = Map.copyOf(labels);
            services = List.copyOf(services);
        }

        /// @param startedMillis since the epoch: makes this life of it another than the one before
        Workload as(long startedMillis) {
            return new Workload(
                    workload + "." + namespace + "~" + startedMillis,
                    workload,
                    namespace,
                    labels,
                    serviceAccount,
                    cluster,
                    locality,
                    gateway);
        }
    }

    /// A port of this machine that stands for one of a service, for applications that can't say which they mean.
    ///
    /// @param host as an application would call the service
    public record Forward(int local, String host, int port) {}

    /// @param host fully qualified
    /// @param protocol as Istio names it: `http`
    public record Service(String host, int port, String protocol) {}

    /// @param address of the instance: it listens here, registers it, and calls others from it when it is loopback
    /// @param bind address of a gateway's servers that name none
    /// @param portOffset added to the ports of a gateway's servers
    /// @param application port at {@link #local}, where nobody gets past the proxy; 0 when there is none
    /// @param handOver the process before may still listen on these ports, and one after may: they are opened when
    /// everything is there, and take over from then on
    /// @param intercepts connections to elsewhere are led here, and without a port of its own the application is
    /// where others ask for it
    /// @param forwards ports at {@link #local} for what isn't HTTP
    public record Listen(
            String address,
            String bind,
            int portOffset,
            int application,
            Ports ports,
            boolean handOver,
            boolean intercepts,
            List<Forward> forwards) {
        public Listen {
            forwards = List.copyOf(forwards);
        }

        public Listen(String address, String bind, int portOffset, int application, Ports ports) {
            this(address, bind, portOffset, application, ports, false, false, List.of());
        }

        public Listen intercepting() {
            return new Listen(address, bind, portOffset, application, ports, handOver, true, forwards);
        }

        public static Listen at(String address, int application) {
            return new Listen(address, address, 0, application, Ports.ISTIO);
        }

        public Listen with(Ports other) {
            return new Listen(address, bind, portOffset, application, other, handOver, intercepts, forwards);
        }

        public Listen forwarding(List<Forward> to) {
            return new Listen(address, bind, portOffset, application, ports, handOver, intercepts, to);
        }

        public Listen handingOver(boolean over) {
            return new Listen(address, bind, portOffset, application, ports, over, intercepts, forwards);
        }

        /// For what only this machine may reach: the address itself when nobody else can.
        String local() {
            return isLoopback() ? address : "127.0.0.1";
        }

        boolean isLoopback() {
            return address.startsWith("127.") && InetAddress.ofLiteral(address).isLoopbackAddress();
        }
    }

    /// The proxy's own ports; 0 opens none.
    public record Ports(int outbound, int inbound, int admin, int metrics, int health) {
        public static final Ports ISTIO = new Ports(15001, 15006, 15000, 15020, 15021);
        public static final Ports NONE = new Ports(0, 0, 0, 0, 0);
    }

    /// @param resources a folder of documents that is run instead of what a bus says
    /// @param state folder of the last-known-good files
    /// @param busPatience how long the bus is waited for at the start before a file is served
    /// @param oldestFile that is served
    /// @param adoptNewBus run what a bus with another topic id says, instead of taking it for a loss
    public record Config(
            Optional<Path> resources,
            Optional<Path> state,
            Duration busPatience,
            Duration oldestFile,
            boolean adoptNewBus) {
        public static final Config FROM_BUS =
                new Config(Optional.empty(), Optional.empty(), Duration.ofSeconds(3), Duration.ofDays(1), false);

        public Config withState(Path folder) {
            return new Config(resources, Optional.of(folder), busPatience, oldestFile, adoptNewBus);
        }

        public Config withResources(Path folder) {
            return new Config(Optional.of(folder), state, busPatience, oldestFile, adoptNewBus);
        }
    }
}
