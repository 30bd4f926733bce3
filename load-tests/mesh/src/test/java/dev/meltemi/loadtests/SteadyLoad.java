package dev.meltemi.loadtests;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// Users who keep asking for the reviews, each on a connection of their own, with a ledger of every answer.
final class SteadyLoad implements AutoCloseable {
    private static final Pattern VERSION = Pattern.compile("\"podname\":\"reviews-(v\\d)");

    private final RunningDemo demo;
    private final ConcurrentLinkedQueue<String> ledger = new ConcurrentLinkedQueue<>();
    private final List<Thread> users;
    private volatile boolean stopped;

    private SteadyLoad(RunningDemo demo, int users) {
        this.demo = demo;
        this.users = IntStream.range(0, users)
                .mapToObj(user -> Thread.ofVirtual().start(this::ask))
                .toList();
    }

    static SteadyLoad start(RunningDemo demo, int users) {
        return new SteadyLoad(demo, users);
    }

    /// Exactly so many answers, counted by who gave them: `v1`, or what went wrong.
    static Map<String, Integer> split(RunningDemo demo, int requests) {
        var left = new AtomicInteger(requests);
        var answers = new ConcurrentLinkedQueue<String>();
        var users = IntStream.range(0, 8)
                .mapToObj(user -> Thread.ofVirtual().start(() -> {
                    while (left.getAndDecrement() > 0) {
                        answers.add(once(demo));
                    }
                }))
                .toList();
        users.forEach(SteadyLoad::join);
        var counted = new TreeMap<String, Integer>();
        answers.forEach(answer -> counted.merge(answer, 1, Integer::sum));
        return counted;
    }

    int answers() {
        return ledger.size();
    }

    /// Everything that wasn't a good answer.
    List<String> failures() {
        return ledger.stream().filter(answer -> !answer.startsWith("v")).toList();
    }

    private void ask() {
        while (!stopped) {
            ledger.add(once(demo));
        }
    }

    private static String once(RunningDemo demo) {
        try {
            var response = demo.get(demo.gateway() + "/api/v1/products/0/reviews");
            Matcher version = VERSION.matcher(response.body());
            return response.statusCode() == 200 && version.find()
                    ? String.valueOf(version.group(1))
                    : response.statusCode() + " " + response.body();
        } catch (RuntimeException e) {
            return String.valueOf(e);
        }
    }

    @Override
    public void close() {
        stopped = true;
        users.forEach(SteadyLoad::join);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
