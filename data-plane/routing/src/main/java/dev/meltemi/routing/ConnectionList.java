package dev.meltemi.routing;

import java.util.List;
import java.util.random.RandomGenerator;

/// What is said of the connections to one host at one port: the first rule that matches decides.
///
/// @param otherwise what becomes of a connection that no rule matches
record ConnectionList(List<ConnectionRule> rules, ConnectionDecision otherwise) {
    ConnectionList {
        rules = List.copyOf(rules);
    }

    ConnectionDecision decide(ConnectionHead head, RandomGenerator random) {
        for (ConnectionRule rule : rules) {
            if (rule.matches(head)) {
                return rule.decide(random);
            }
        }
        return otherwise;
    }
}
