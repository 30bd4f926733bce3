package dev.meltemi.routing;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/// What a matched rule does.
sealed interface Action {
    Decision decide(RequestHead request, RandomGenerator random);

    /// The same with every decision that is known beforehand replaced.
    Action map(UnaryOperator<Decision> change);

    record Always(Decision decision) implements Action {
        @Override
        public Decision decide(RequestHead request, RandomGenerator random) {
            return decision;
        }

        @Override
        public Action map(UnaryOperator<Decision> change) {
            return new Always(change.apply(decision));
        }
    }

    /// @param bounds running sums of the weights, one for each share
    record Split(List<Action> shares, List<Integer> bounds) implements Action {
        public Split {
            shares = List.copyOf(shares);
            bounds = List.copyOf(bounds);
        }

        @Override
        public Decision decide(RequestHead request, RandomGenerator random) {
            int drawn = random.nextInt(bounds.getLast());
            int at = 0;
            while (bounds.get(at) <= drawn) {
                at++;
            }
            return shares.get(at).decide(request, random);
        }

        @Override
        public Action map(UnaryOperator<Decision> change) {
            return new Split(shares.stream().map(share -> share.map(change)).toList(), bounds);
        }
    }

    record SendElsewhere(RedirectTarget target) implements Action {
        @Override
        public Decision decide(RequestHead request, RandomGenerator random) {
            return target.decide(request);
        }

        @Override
        public Action map(UnaryOperator<Decision> change) {
            return this;
        }
    }
}
