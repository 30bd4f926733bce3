package dev.meltemi.routing;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/// Chooses among the endpoints that a cluster has at one moment, at least one. Replaced as a whole when they change.
sealed interface Balancer
        permits Balancer.LeastRequest, Balancer.Lottery, Balancer.PeakEwma, Balancer.RoundRobin, HashBalancer {
    Endpoint next(RandomGenerator random);

    WeightedEndpoints endpoints();

    /// The power of two choices: draws two and takes the one with fewer requests under way for its weight, as Envoy's
    /// LEAST_REQUEST does, so that a slow endpoint, on which requests pile up, gets few.
    record LeastRequest(WeightedEndpoints endpoints) implements Balancer {
        @Override
        public Endpoint next(RandomGenerator random) {
            int first = endpoints.drawIndex(random);
            Endpoint one = endpoints.get(first);
            if (endpoints.size() == 1) {
                return one;
            }
            int second = endpoints.drawAnother(random, first);
            Endpoint other = endpoints.get(second);
            return (long) other.active() * endpoints.weight(first) < (long) one.active() * endpoints.weight(second)
                    ? other
                    : one;
        }
    }

    /// Draws two by weight and takes the one that costs less: what its answers take, times this request and those under
    /// way for its weight. An endpoint that is slow but idle gets few, where least-request would think it free.
    ///
    /// @param clock that latencies are told on, nanoseconds
    record PeakEwma(WeightedEndpoints endpoints, LongSupplier clock) implements Balancer {
        @Override
        public Endpoint next(RandomGenerator random) {
            int first = endpoints.drawIndex(random);
            if (endpoints.size() == 1) {
                return endpoints.get(first);
            }
            int second = endpoints.drawAnother(random, first);
            long now = clock.getAsLong();
            return cost(second, now) < cost(first, now) ? endpoints.get(second) : endpoints.get(first);
        }

        private double cost(int index, long now) {
            Endpoint endpoint = endpoints.get(index);
            return endpoint.latencyNanos(now) * (1 + endpoint.active() / (double) endpoints.weight(index));
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

        /// @param position of the cluster, which goes on when endpoints or weights change
        RoundRobin(WeightedEndpoints endpoints, AtomicInteger position) {
            this.endpoints = endpoints;
            this.turn = endpoints.smoothTurn();
            this.position = position;
        }

        @Override
        public Endpoint next(RandomGenerator random) {
            return turn.get(Integer.remainderUnsigned(position.getAndIncrement(), turn.size()));
        }

        @Override
        public WeightedEndpoints endpoints() {
            return endpoints;
        }
    }
}
