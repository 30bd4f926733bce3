package dev.meltemi.routing;

import java.util.List;
import java.util.random.RandomGenerator;

/// Draws one of several parts by its share, then an endpoint of that part as its own balancer does.
final class PartedBalancer implements HashBalancer {
    private final WeightedEndpoints endpoints;
    private final List<Balancer> parts;
    /// Running sums of the shares.
    private final int[] bounds;

    PartedBalancer(WeightedEndpoints endpoints, List<Balancer> parts, List<Integer> shares) {
        this.endpoints = endpoints;
        this.parts = List.copyOf(parts);
        this.bounds = new int[shares.size()];
        int sum = 0;
        for (int i = 0; i < bounds.length; i++) {
            sum += shares.get(i);
            bounds[i] = sum;
        }
    }

    private Balancer part(int drawn) {
        int at = 0;
        while (bounds[at] <= drawn) {
            at++;
        }
        return parts.get(at);
    }

    @Override
    public Endpoint next(RandomGenerator random) {
        return part(random.nextInt(bounds[bounds.length - 1])).next(random);
    }

    /// A key stays in its part as long as the shares do. Only asked where the parts hash; one endpoint alone doesn't.
    @Override
    public Endpoint at(long hash) {
        Balancer part = part((int) Long.remainderUnsigned(hash, bounds[bounds.length - 1]));
        return part instanceof HashBalancer consistent
                ? consistent.at(hash)
                : part.endpoints().all().getFirst();
    }

    @Override
    public WeightedEndpoints endpoints() {
        return endpoints;
    }
}
