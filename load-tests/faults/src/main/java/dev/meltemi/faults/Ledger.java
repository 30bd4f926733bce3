package dev.meltemi.faults;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// Two books about the same requests: what clients sent and were answered, and what origins saw. They must agree.
public final class Ledger {
    private final Map<String, Account> accounts = new ConcurrentHashMap<>();
    private final List<String> failures = new ArrayList<>();

    /// What both sides know of one client's numbered requests.
    private static final class Account {
        private int sent;
        private final BitSet answered = new BitSet();
        private final BitSet seen = new BitSet();
        private int seenTwice;
    }

    /// @param gaps answered requests that no origin saw, those that origins saw and nobody sent, and those that an
    /// origin saw twice
    public record Totals(long requests, long failed, long gaps, Map<String, Long> failures) {}

    private Account of(String client) {
        return accounts.computeIfAbsent(client, _ -> new Account());
    }

    /// @return the request's number
    int sends(String client) {
        var account = of(client);
        synchronized (account) {
            return account.sent++;
        }
    }

    void answered(String client, int number) {
        var account = of(client);
        synchronized (account) {
            account.answered.set(number);
        }
    }

    void failed(String client, int number, String why) {
        synchronized (failures) {
            failures.add(why);
        }
        var account = of(client);
        synchronized (account) {
            account.answered.clear(number);
        }
    }

    /// An origin has read a request to its end.
    void seen(String client, int number) {
        var account = of(client);
        synchronized (account) {
            if (account.seen.get(number)) {
                account.seenTwice++;
            }
            account.seen.set(number);
        }
    }

    /// To be asked when nothing is under way.
    public Totals totals() {
        long requests = 0;
        long gaps = 0;
        for (Account account : accounts.values()) {
            synchronized (account) {
                requests += account.sent;
                var lost = (BitSet) account.answered.clone();
                lost.andNot(account.seen);
                var invented = (BitSet) account.seen.clone();
                invented.clear(0, account.sent);
                gaps += lost.cardinality() + invented.cardinality() + account.seenTwice;
            }
        }
        synchronized (failures) {
            var reasons = new TreeMap<String, Long>();
            failures.forEach(why -> reasons.merge(why, 1L, Long::sum));
            return new Totals(requests, failures.size(), gaps, reasons);
        }
    }

    /// How many requests failed so far, at any time.
    public long failed() {
        synchronized (failures) {
            return failures.size();
        }
    }
}
