package dev.meltemi.routing;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/// Chooses the same endpoint for the same hash; when endpoints come or go, only few hashes move.
sealed interface HashBalancer extends Balancer permits HashBalancer.Ring, HashBalancer.Maglev, PartedBalancer {
    Endpoint at(long hash);

    /// A request without key may go anywhere.
    @Override
    default Endpoint next(RandomGenerator random) {
        return at(random.nextLong());
    }

    /// Ketama's ring, as Envoy's RING_HASH: each endpoint stands at as many places as its weight says, and a hash
    /// belongs to the first place at or behind it. An endpoint that leaves gives its own hashes away and no others:
    /// unlike in Envoy, where a ring of one length is shared, its places don't depend on how many others there are.
    final class Ring implements HashBalancer {
        /// A longer ring would take too long to make each time that endpoints change.
        private static final int LONGEST = 262_144;

        /// Keeps shares within about a tenth of what weights say.
        private static final int FEWEST_EACH = 128;

        private final WeightedEndpoints endpoints;
        /// Sorted; the low bits say whose place it is.
        private final long[] places;

        private final long ownerBits;

        /// @param minimum of places
        Ring(WeightedEndpoints endpoints, int minimum) {
            this.endpoints = endpoints;
            List<Endpoint> all = endpoints.all();
            this.ownerBits = Integer.highestOneBit(all.size()) * 2L - 1;
            int lightest = all.stream().mapToInt(Endpoint::weight).min().orElse(1);
            double sum = all.stream().mapToDouble(Endpoint::weight).sum() / lightest;
            // half of the minimum each: enough, because whoever is alone needs no ring
            double each = Math.min(Math.max(FEWEST_EACH, Math.ceil(minimum / 2.0)), LONGEST / sum);
            var made = new long[(int) (each * sum) + all.size()];
            int count = 0;
            for (int owner = 0; owner < all.size(); owner++) {
                Endpoint endpoint = all.get(owner);
                int wanted = (int) Math.max(1, each * endpoint.weight() / lightest);
                for (int i = 0; i < wanted; i++) {
                    made[count++] = (HashPolicy.hash(endpoint + "_" + i) & ~ownerBits) | owner;
                }
            }
            this.places = Arrays.copyOf(made, count);
            Arrays.sort(places);
        }

        @Override
        public Endpoint at(long hash) {
            int found = Arrays.binarySearch(places, hash & ~ownerBits);
            int index = found < 0 ? -found - 1 : found;
            return endpoints.all().get((int) (places[index == places.length ? 0 : index] & ownerBits));
        }

        @Override
        public WeightedEndpoints endpoints() {
            return endpoints;
        }

        int size() {
            return places.length;
        }
    }

    /// Maglev's table, as Envoy's MAGLEV: endpoints take turns, by weight, to claim the next free cell of their own
    /// order. Evener than a ring and as fast as an array; when an endpoint leaves, a few cells of others move too.
    final class Maglev implements HashBalancer {
        private final WeightedEndpoints endpoints;
        private final Endpoint[] cells;

        /// @param size a prime, so that each endpoint's order comes by every cell; otherwise the next prime is taken
        Maglev(WeightedEndpoints endpoints, int size) {
            this.endpoints = endpoints;
            this.cells = filled(endpoints.all(), prime(size));
        }

        private static Endpoint[] filled(List<Endpoint> all, int size) {
            int[] offsets = new int[all.size()];
            int[] skips = new int[all.size()];
            int[] steps = new int[all.size()];
            double[] credit = new double[all.size()];
            double heaviest = all.stream().mapToDouble(Endpoint::weight).max().orElse(1);
            for (int i = 0; i < offsets.length; i++) {
                offsets[i] =
                        (int) Long.remainderUnsigned(HashPolicy.hash(all.get(i).toString()), size);
                skips[i] =
                        (int) Long.remainderUnsigned(HashPolicy.hash(all.get(i) + "/skip"), Math.max(1, size - 1)) + 1;
            }
            var cells = new Endpoint[size];
            for (int taken = 0; taken < size; ) {
                for (int i = 0; i < offsets.length && taken < size; i++) {
                    credit[i] += all.get(i).weight() / heaviest;
                    if (credit[i] < 1) {
                        continue;
                    }
                    credit[i]--;
                    int cell = cell(offsets[i], skips[i], steps[i]++, size);
                    while (cells[cell] != null) {
                        cell = cell(offsets[i], skips[i], steps[i]++, size);
                    }
                    cells[cell] = all.get(i);
                    taken++;
                }
            }
            return cells;
        }

        private static int cell(int offset, int skip, int step, int size) {
            return (int) ((offset + (long) skip * step) % size);
        }

        private static int prime(int wanted) {
            int candidate = Math.max(2, wanted);
            while (!isPrime(candidate)) {
                candidate++;
            }
            return candidate;
        }

        private static boolean isPrime(int n) {
            for (int i = 2; (long) i * i <= n; i++) {
                if (n % i == 0) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public Endpoint at(long hash) {
            return cells[(int) Long.remainderUnsigned(hash, cells.length)];
        }

        @Override
        public WeightedEndpoints endpoints() {
            return endpoints;
        }
    }
}
