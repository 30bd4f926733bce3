package dev.meltemi.rules;

import dev.meltemi.resources.Endpoint;
import dev.meltemi.resources.WorkloadEntry;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.fleet.RegisteredPort;
import dev.meltemi.schemas.fleet.RegisteredService;
import dev.meltemi.schemas.fleet.Registration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Something that services select by its labels.
sealed interface Workload {
    /// Names the workload among all, and its endpoints among those of one host.
    String id();

    String namespace();

    Map<String, String> labels();

    /// Empty: nobody reaches it.
    String address();

    /// Everything of its endpoints but host and ports.
    ServiceEndpoint.Builder endpoint();

    default boolean has(Map<String, String> selector) {
        return labels().entrySet().containsAll(selector.entrySet());
    }

    /// An instance that registered itself: it has a sidecar, which listens at the services' own ports.
    record Instance(Registration registration) implements Workload {
        @Override
        public String id() {
            return registration.getInstance();
        }

        @Override
        public String namespace() {
            return registration.getNamespace();
        }

        @Override
        public Map<String, String> labels() {
            return registration.getLabels();
        }

        @Override
        public String address() {
            return registration.getAddress();
        }

        /// Hosts that it serves as long as nobody declares them.
        Set<String> claims() {
            var hosts = new TreeSet<String>();
            registration.getServices().forEach(service -> hosts.add(host(service)));
            return hosts;
        }

        /// Ports that it claims to serve for a host; the first of equal numbers counts.
        Map<Integer, RegisteredPort> claimedPorts(String host) {
            var ports = new TreeMap<Integer, RegisteredPort>();
            for (RegisteredService service : registration.getServices()) {
                if (host(service).equals(host)) {
                    service.getPorts().forEach(port -> ports.putIfAbsent(port.getNumber(), port));
                }
            }
            return ports;
        }

        /// Start time in ms since 1970: the part of the instance id after `~`; the highest when it has none.
        long startedAt() {
            String id = id();
            String digits = id.substring(id.lastIndexOf('~') + 1);
            boolean number = id.contains("~") && digits.matches("[0-9]{1,18}");
            return number ? Long.parseLong(digits) : Long.MAX_VALUE;
        }

        @Override
        public ServiceEndpoint.Builder endpoint() {
            return ServiceEndpoint.newBuilder()
                    .setInstance(id())
                    .setAddress(registration.getAddress())
                    .setLabels(new TreeMap<>(labels()))
                    .setLocality(registration.getLocality())
                    .setWeight(Math.max(1, registration.getWeight()))
                    .setHealthy(registration.getHealthy())
                    .setNamespace(namespace())
                    .setWorkload(registration.getWorkload())
                    .setServiceAccount(registration.getServiceAccount())
                    .setMtls(registration.getMtls());
        }

        private static String host(RegisteredService service) {
            return service.getHost().toLowerCase(Locale.ROOT);
        }
    }

    /// A WorkloadEntry: that there is a sidecar says its label, else its having a service account (Istio:
    /// `getTLSModeFromWorkloadEntry`).
    record Listed(WorkloadEntry entry) implements Workload, Entry {
        private static final String TLS_MODE = "security.istio.io/tlsMode";
        private static final String MUTUAL = "istio";

        @Override
        public String id() {
            return "workloadentry:" + namespace() + ":" + entry.key().name();
        }

        @Override
        public String namespace() {
            return entry.key().namespace();
        }

        @Override
        public Map<String, String> labels() {
            return entry.endpoint().labels();
        }

        @Override
        public String address() {
            return entry.endpoint().address();
        }

        @Override
        public ServiceEndpoint.Builder endpoint() {
            return endpoint(id(), entry.endpoint(), namespace())
                    .setWorkload(entry.key().name());
        }

        static ServiceEndpoint.Builder endpoint(String id, Endpoint endpoint, String namespace) {
            return ServiceEndpoint.newBuilder()
                    .setInstance(id)
                    .setAddress(endpoint.address())
                    .setLabels(new TreeMap<>(endpoint.labels()))
                    .setLocality(endpoint.locality())
                    .setWeight(Math.max(1, endpoint.weight()))
                    .setNamespace(namespace)
                    .setServiceAccount(endpoint.serviceAccount())
                    .setMtls(endpoint.labels()
                            .getOrDefault(TLS_MODE, endpoint.serviceAccount().isEmpty() ? "disabled" : MUTUAL)
                            .equals(MUTUAL));
        }
    }
}
