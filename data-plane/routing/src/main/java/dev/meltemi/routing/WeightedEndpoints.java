package dev.meltemi.routing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/// Endpoints with their weights as of one moment: weights may change while this is used, the sums in here don't.
final class WeightedEndpoints {
    /// Longest precomputed turn; heavier weights are scaled down to it, which shifts shares by about 1/1,000.
    private static final int LONGEST_TURN = 1024;

    private final List<Endpoint> all;
    private final int[] weights;
    /// Running sums of the weights; empty when all weights are equal.
    private final int[] sums;

    WeightedEndpoints(List<Endpoint> all) {
        this(all, all.stream().mapToInt(Endpoint::weight).toArray());
    }

    /// @param weights in the order of the endpoints, at least 1 each
    WeightedEndpoints(List<Endpoint> all, int[] weights) {
        this.all = List.copyOf(all);
        this.weights = weights.clone();
        this.sums = sums(weights);
    }

    private static int[] sums(int[] weights) {
        if (Arrays.stream(weights).distinct().count() <= 1) {
            return new int[0];
        }
        int[] sums = new int[weights.length];
        int sum = 0;
        for (int i = 0; i < sums.length; i++) {
            sum = Math.addExact(sum, weights[i]);
            sums[i] = sum;
        }
        return sums;
    }

    int size() {
        return all.size();
    }

    List<Endpoint> all() {
        return all;
    }

    Endpoint get(int index) {
        return all.get(index);
    }

    int weight(int index) {
        return weights[index];
    }

    /// One by weight.
    Endpoint draw(RandomGenerator random) {
        return all.get(drawIndex(random));
    }

    int drawIndex(RandomGenerator random) {
        if (sums.length == 0) {
            return all.size() == 1 ? 0 : random.nextInt(all.size());
        }
        int at = Arrays.binarySearch(sums, random.nextInt(sums[sums.length - 1]));
        return at < 0 ? -at - 1 : at + 1;
    }

    /// One by weight other than a given one, of at least two.
    int drawAnother(RandomGenerator random, int not) {
        for (int i = 0; i < 4; i++) {
            int drawn = drawIndex(random);
            if (drawn != not) {
                return drawn;
            }
        }
        // One endpoint outweighs the others: any of them will do for a comparison.
        return (not + 1 + random.nextInt(all.size() - 1)) % all.size();
    }

    /// Each endpoint as often as its weight says, spread as evenly as possible: in each step every endpoint gains its
    /// weight, the richest is taken and pays the sum.
    List<Endpoint> smoothTurn() {
        if (sums.length == 0) {
            return all;
        }
        int[] shares = scaledWeights();
        int sum = Arrays.stream(shares).sum();
        int[] purse = new int[shares.length];
        var turn = new ArrayList<Endpoint>(sum);
        for (int step = 0; step < sum; step++) {
            int richest = 0;
            for (int i = 0; i < purse.length; i++) {
                purse[i] += shares[i];
                if (purse[i] > purse[richest]) {
                    richest = i;
                }
            }
            purse[richest] -= sum;
            turn.add(all.get(richest));
        }
        return turn;
    }

    private int[] scaledWeights() {
        int sum = sums[sums.length - 1];
        int divisor = Arrays.stream(weights).reduce(0, WeightedEndpoints::commonDivisor);
        int longest = Math.max(LONGEST_TURN, all.size());
        double scale = sum / divisor <= longest ? 1.0 / divisor : (double) longest / sum;
        return Arrays.stream(weights)
                .map(weight -> (int) Math.max(1, Math.round(weight * scale)))
                .toArray();
    }

    private static int commonDivisor(int a, int b) {
        return b == 0 ? a : commonDivisor(b, a % b);
    }
}
