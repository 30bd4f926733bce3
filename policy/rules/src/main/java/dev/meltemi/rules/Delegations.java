package dev.meltemi.rules;

import org.pcollections.TreePMap;

/// Delegates, and the rules that name one, whether it exists or not.
///
/// @param delegates by `namespace/name`
/// @param roots by the delegate that they name
record Delegations(TreePMap<String, Delegate> delegates, Index<Rule> roots) {
    static final Delegations EMPTY = new Delegations(TreePMap.empty(), Index.empty());

    Delegations plus(Delegate delegate) {
        return new Delegations(delegates.plus(delegate.name(), delegate), roots);
    }

    Delegations minus(Delegate delegate) {
        return new Delegations(delegates.minus(delegate.name()), roots);
    }

    Delegations plus(Rule rule) {
        var index = roots;
        for (String delegate : rule.delegates()) {
            index = index.plus(delegate, rule);
        }
        return new Delegations(delegates, index);
    }

    Delegations minus(Rule rule) {
        var index = roots;
        for (String delegate : rule.delegates()) {
            index = index.minus(delegate, rule);
        }
        return new Delegations(delegates, index);
    }
}
