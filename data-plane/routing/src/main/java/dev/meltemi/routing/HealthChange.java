package dev.meltemi.routing;

/// What has become of an endpoint, in the eyes of one cluster.
///
/// @param why for people
public record HealthChange(Cluster cluster, Endpoint endpoint, Kind kind, String why) {
    public enum Kind {
        /// By its answers to requests.
        EJECTED("endpoint_ejected"),
        /// Its ejection is over.
        RETURNED("endpoint_returned"),
        /// By checks.
        UNHEALTHY("endpoint_unhealthy"),
        HEALTHY("endpoint_healthy");

        private final String event;

        Kind(String event) {
            this.event = event;
        }

        /// Type of the event that tells of it.
        public String event() {
            return event;
        }
    }
}
