package dev.meltemi.faults;

import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Row 10: records that nobody can use, on the topic that people write and on those that the compiler writes. Each key
/// keeps what it held, everything else goes on, somebody is told why, and a restart changes nothing of that.
final class PoisonedRecords implements Row {
    private static final int RATE = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    /// Most that judging one record may take.
    private static final Duration EACH = Duration.ofMillis(50);
    /// The catalogue's largest record is 1 MiB: what a larger one meets is the broker's refusal.
    private static final int LARGEST = 1_000_000;

    private static final String RULE = "networking.istio.io/VirtualService/default/";

    /// @param rejected whether admission is to refuse it; what it accepts is a document that merely leads nowhere
    @SuppressWarnings("ArrayRecordComponent") // handed on as it is
    private record Poison(String key, byte[] value, boolean rejected) {
        static Poison of(String name, String spec, boolean rejected) {
            var text = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: " + name
                    + ", namespace: default}\nspec: " + spec + "\n";
            return new Poison(RULE + name, text.getBytes(StandardCharsets.UTF_8), rejected);
        }
    }

    @Override
    public String number() {
        return "10";
    }

    @Override
    public String fault() {
        return "poisoned records on config and compiled topics";
    }

    @Override
    public Result run(Labs labs, Form form) {
        var lab = labs.shared();
        var told = lab.told();
        var trial = new Trial(this, form, lab.ledger());
        Set<String> published = ConcurrentHashMap.newKeySet();
        try (var load = lab.load(RATE)) {
            told.awaitRunning(told.publish(Rules.REVIEWS, Rules.saying("good"), PATIENCE), 3, PATIENCE);
            trial.before(load, form.of(Duration.ofMillis(500), Duration.ofSeconds(20)));
            for (int round = 0; round < form.of(1, 5); round++) {
                judged(lab, trial, poisons(round), published);
            }
            goesOn(lab, trial, load, "after-config");
            compiled(lab, trial, load);
            trial.during(load, form.of(Duration.ofMillis(500), Duration.ofSeconds(20)));
            var control = lab.member("control");
            control.terminate(PATIENCE);
            control.launch().awaitStarted(PATIENCE);
            goesOn(lab, trial, load, "after-restart");
            trial.require(control.alive(), "control didn't survive its restart beside poisoned records");
        }
        for (String key : published) {
            told.delete(key, PATIENCE);
        }
        told.delete(Rules.REVIEWS, PATIENCE);
        return trial.result(false);
    }

    /// Bad documents, and good ones that lead nowhere.
    private static List<Poison> poisons(int round) {
        String name = "poison-" + round + "-";
        String toReviews = "route: [{destination: {host: reviews}}]";
        var all = new ArrayList<Poison>();
        // the key that is in force: what it held stays
        all.add(new Poison(Rules.REVIEWS, bytes("apiVersion: [unclosed\n  - {"), true));
        all.add(new Poison(Rules.REVIEWS, new byte[] {0, 1, 2, (byte) 0xff, (byte) 0xfe, 10}, true));
        all.add(new Poison(Rules.REVIEWS, bytes("\ufeff\u0000"), true));
        all.add(new Poison(Rules.REVIEWS, bytes("just text"), true));
        all.add(new Poison(Rules.REVIEWS, bytes("- a\n- list\n"), true));
        all.add(new Poison(Rules.REVIEWS, bytes("{\"kind\": \"VirtualService\""), true));
        all.add(new Poison(Rules.REVIEWS, bytes("a: &a [*a, *a]\n"), true));
        all.add(new Poison(Rules.REVIEWS, bytes(laughs()), true));
        all.add(new Poison(Rules.REVIEWS, bytes("a: ".repeat(1) + "[".repeat(20_000)), true));
        all.add(new Poison(Rules.REVIEWS, bytes("x".repeat(LARGEST)), true));
        all.add(new Poison(
                Rules.REVIEWS, bytes(Rules.saying("elsewhere").replace("name: reviews", "name: other")), true));
        // other keys
        all.add(new Poison("nonsense", bytes(Rules.saying("nonsense")), true));
        all.add(new Poison("example.org/Unheard/default/" + name + "kind", bytes("kind: Unheard\n"), true));
        all.add(Poison.of(name + "type", "{hosts: 17, http: {}}", true));
        all.add(Poison.of(
                name + "weight", "{hosts: [a], http: [{route: [{destination: {host: reviews}, weight: -5}]}]}", true));
        all.add(Poison.of(
                name + "regex",
                "{hosts: [b], http: [{match: [{uri: {regex: '(a+)+$(?=b)'}}], " + toReviews + "}]}",
                true));
        all.add(Poison.of(
                name + "bomb",
                "{hosts: [c], http: [{match: [{uri: {regex: '((a{1,100}){1,100}){1,100}'}}], " + toReviews + "}]}",
                true));
        all.add(Poison.of(
                name + "slow",
                "{hosts: [d], http: [{match: [{uri: {regex: '(a|aa)+$'}}], " + toReviews + "}]}",
                false));
        all.add(Poison.of(name + "loop", "{hosts: [e], http: [{route: [{destination: {host: e}}]}]}", false));
        all.add(Poison.of(name + "nobody", "{hosts: [f], http: [{route: [{destination: {host: nobody}}]}]}", false));
        return all;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// Nine levels of ten aliases each: a gigabyte for a parser that follows them.
    private static String laughs() {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 10; i++) {
            text.append("a%d: &a%d [".formatted(i, i))
                    .append(("*a" + (i - 1) + ", ").repeat(10))
                    .append("]\n");
        }
        return text.toString();
    }

    /// @param published keys that are to be deleted afterwards
    private static void judged(Lab lab, Trial trial, List<Poison> poisons, Set<String> published) {
        var told = lab.told();
        long begin = System.nanoTime();
        long last = 0;
        for (Poison poison : poisons) {
            var at = told.write(Write.put(Topics.CONFIG, poison.key(), poison.value()), PATIENCE);
            last = at.number();
            published.add(poison.key());
        }
        var good = told.publish(RULE + "judged", Rules.saying("x").replace("reviews", "judged"), PATIENCE);
        published.add(RULE + "judged");
        told.awaitVerdict(RULE + "judged", good, PATIENCE);
        var took = Duration.ofNanos(System.nanoTime() - begin);
        trial.require(good.number() > last, "offsets don't grow");
        trial.note(poisons.size() + " poisoned records judged in " + took.toMillis() + " ms");
        trial.recovered(took.dividedBy(poisons.size()), EACH, "judging one record");
        var rejected = RejectedBook.read(told.bus());
        for (Poison poison : poisons) {
            if (poison.rejected()) {
                trial.require(
                        rejected.why(poison.key()).length() > 10, "nobody said why " + poison.key() + " was refused");
            } else {
                trial.require(
                        told.status(poison.key())
                                .filter(status -> status.state() == ConfigStatus.State.Accepted)
                                .isPresent(),
                        poison.key() + " is a document like others and wasn't accepted: " + told.status(poison.key()));
            }
        }
        var status = told.status(Rules.REVIEWS).orElseThrow();
        trial.require(
                status.state() == ConfigStatus.State.Rejected
                        && !status.messages().isEmpty(),
                "the status of the poisoned rule says " + status.state());
    }

    /// What was in force is in force, and the next good rule is live soon.
    private static void goesOn(Lab lab, Trial trial, Load load, String version) {
        trial.require(!load.rule().isEmpty(), "the rule that was in force before the poison isn't any more");
        lab.told().publish(Rules.REVIEWS, Rules.saying(version), PATIENCE);
        var took = Await.within(PATIENCE, () -> load.rule().equals(version));
        trial.require(took.compareTo(PATIENCE) < 0, "the rule " + version + " isn't live after " + PATIENCE);
    }

    /// As a broken or a newer compiler would write it, or somebody who may write and shouldn't.
    private static void compiled(Lab lab, Trial trial, Load load) {
        var told = lab.told();
        byte[] unknownSchema = HexFormat.of().parseHex("000000ffff0102030405");
        byte[] truncated = HexFormat.of().parseHex("000000000206");
        byte[] noAvro = {1, 2, 3};
        String reviews = "reviews.default.svc.cluster.local";
        var since = Instant.now();
        told.write(Garbage.put(Topics.ROUTES, reviews, unknownSchema), PATIENCE);
        told.write(Garbage.put(Topics.ROUTES, "nobody.default.svc.cluster.local", truncated), PATIENCE);
        told.write(Garbage.put(Topics.GATEWAYS, "default/nobody", noAvro), PATIENCE);
        told.write(Garbage.put(Topics.ENDPOINTS, reviews + "/nobody", truncated), PATIENCE);
        told.write(Garbage.put(Topics.REVISIONS, "mesh", unknownSchema), PATIENCE);
        told.write(Garbage.put(Topics.SIDECARS, "nobody", noAvro), PATIENCE);
        told.write(Garbage.put(Topics.WORKLOADS, "nobody", unknownSchema), PATIENCE);
        // the route-compiler overwrites what others write on its topics, often before a sidecar has looked at it
        var named = Await.within(
                PATIENCE,
                () -> lab.page("productpage", "/stats").contains("config.refused: ")
                        || lab.member("control").linesSince(since).stream()
                                .anyMatch(line -> line.text().contains("event=foreign-record")));
        trial.require(named.compareTo(PATIENCE) < 0, "neither a sidecar nor the compiler says what it refused");
        // the poisoned route keeps what it held; a rule for another host applies
        var other = told.publish(RULE + "other", Rules.saying("y").replace("reviews", "other"), PATIENCE);
        told.awaitRunning(other, 3, PATIENCE);
        trial.require(!load.rule().isEmpty(), "a poisoned route displaced the one before it");
        told.delete(RULE + "other", PATIENCE);
        goesOn(lab, trial, load, "after-compiled");
    }
}
