package dev.meltemi.routing;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/// Chooses among the endpoints that a cluster has at one moment, at least one. Replaced as a whole when they change.
sealed interface Balancer permits Balancer.LeastRequest, Balancer.Lottery, Balancer.RoundRobin, HashBalancer {
    Endpoint next(RandomGenerator random);

    WeightedEndpoints endpoints();

    /// The power of two choices: draws two and takes the one with fewer requests under way for its weight, as Envoy's
    /// LEAST_REQUEST does, so that a slow endpoint, on which requests pile up, gets few.
    record LeastRequest(WeightedEndpoints endpoints) implements Balancer {
        @Override
        public Endpoint next(RandomGenerator random) {
            Endpoint one = endpoints.draw(random);
            if (endpoints.size() == 1) {
                return one;
            }
            Endpoint other = endpoints.drawAnother(random, one);
            return (long) other.active() * one.weight() < (long) one.active() * other.weight() ? other : one;
        }
    }

    /// Draws by weight.
    record Lottery(WeightedEndpoints endpoints) implements Balancer {
        @Override
        public Endpoint next(RandomGenerator random) {
            return endpoints.draw(random);
        }
    }

    /// Smooth weighted round robin, worked out beforehand as one turn of the wheel, so that event loops share no more
    /// than a counter.
    final class RoundRobin implements Balancer {
        private final WeightedEndpoints endpoints;
        private final List<Endpoint> turn;
        private final AtomicInteger position;

        RoundRobin(WeightedEndpoints endpoints, int position) {
            this.endpoints = endpoints;
            this.turn = endpoints.smoothTurn();
            this.position = new AtomicInteger(position);
        }

        @Override
        public Endpoint next(RandomGenerator random) {
            return turn.get(Integer.remainderUnsigned(position.getAndIncrement(), turn.size()));
        }

        @Override
        public WeightedEndpoints endpoints() {
            return endpoints;
        }

        int position() {
            return position.get();
        }
    }
}
