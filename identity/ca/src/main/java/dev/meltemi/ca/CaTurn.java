package dev.meltemi.ca;

import dev.meltemi.bus.ActiveService.Turn;
import dev.meltemi.bus.FencedWriter;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.fleet.Heartbeat;
import dev.meltemi.schemas.identity.IssueRequest;
import dev.meltemi.schemas.identity.IssueResponse;
import dev.meltemi.schemas.identity.IssuedCertificate;
import dev.meltemi.schemas.identity.RotateRequest;
import dev.meltemi.schemas.identity.RotateResponse;
import dev.meltemi.schemas.identity.TrustBundle;
import dev.meltemi.spiffe.Peer;
import dev.meltemi.spiffe.PeerCheck;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One time in office: reads inventory, trust and heartbeats to their ends, publishes trust, and then answers. What it
/// signs stands on `mesh.certificates` before anybody has it. A topic that was replaced by an empty one is filled again
/// from what is known here.
final class CaTurn implements Turn {
    private static final Logger LOG = LoggerFactory.getLogger(CaTurn.class);
    static final List<List<Topic<?>>> STAGES = List.of(List.of(Topics.TRUST, Topics.CERTIFICATES, Topics.SIDECARS));

    private final Issuing issuing;
    private final FencedWriter writer;
    private final InstantSource clock;
    private final TrustTopic trust;
    private final Inventory inventory = new Inventory();
    private final Map<String, String> serialsInUse = new HashMap<>();
    private final Set<Topic<?>> caughtUp = new HashSet<>();
    private boolean replaced;

    CaTurn(Issuing issuing, FencedWriter writer, InstantSource clock) {
        this.issuing = issuing;
        this.writer = writer;
        this.clock = clock;
        this.trust = new TrustTopic(issuing.authority());
    }

    @Override
    public void onEvents(List<TopicEvent<?>> events) {
        for (var event : events) {
            switch (event) {
                case TopicEvent.Put<?> put -> read(put.topic(), put.key(), put.value());
                case TopicEvent.Delete<?> delete -> serialsInUse.remove(delete.key());
                case TopicEvent.Poisoned<?> poisoned ->
                    LOG.warn(
                            "event=poisoned topic={} at={} key={} why=\"{}\" next=\"what it held before goes on\"",
                            poisoned.topic().name(),
                            poisoned.at(),
                            poisoned.key(),
                            poisoned.why());
                case TopicEvent.Replaced<?> other -> {
                    LOG.error(
                            "event=topic-replaced topic={} before={} now={} next=\"what this CA knows is published"
                                    + " again\"",
                            other.topic().name(),
                            other.before(),
                            other.now());
                    replaced = true;
                    caughtUp.remove(other.topic());
                }
                case TopicEvent.CaughtUp<?> there -> caughtUp(there.topic());
                case TopicEvent.Progress<?> _ -> {}
            }
        }
        if (ready()) {
            order();
        }
    }

    private void read(Topic<?> topic, String key, @Nullable Object value) {
        switch (value) {
            case Heartbeat heartbeat -> inUse(key, heartbeat.getCertificateSerial());
            // once everything is read nobody else writes these: what comes back is an echo, perhaps of an older state
            case IssuedCertificate issued when !caughtUp.contains(topic) -> inventory.put(key, issued);
            case TrustBundle bundle when !caughtUp.contains(topic) -> trust.read(bundle);
            case null, default -> {}
        }
    }

    private void inUse(String instance, String serial) {
        var before = serialsInUse.put(instance, serial);
        if (before != null && !before.equals(serial)) {
            LOG.info("event=rotated instance={} serial={} replaces={}", instance, serial, before);
        }
    }

    private boolean ready() {
        return caughtUp.containsAll(STAGES.getFirst());
    }

    private void caughtUp(Topic<?> topic) {
        boolean was = ready();
        caughtUp.add(topic);
        if (was || !ready()) {
            return;
        }
        var writes = new ArrayList<Write<?>>();
        trust.wanted(replaced)
                .ifPresent(bundle -> writes.add(Write.put(Topics.TRUST, bundle.getTrustDomain(), bundle)));
        if (replaced) {
            inventory.all().forEach((key, issued) -> writes.add(Write.put(Topics.CERTIFICATES, key, issued)));
            replaced = false;
        }
        if (!writes.isEmpty()) {
            writer.commit(writes);
        }
        LOG.info(
                "event=ca-ready trustDomain={} trust={} instances={}",
                issuing.authority().trustDomain(),
                trust.bundle().getSequence(),
                inventory.all().size());
    }

    private void order() {
        order(inventory.due(trust.bundle(), Set.copyOf(serialsInUse.values()), clock.instant()));
    }

    private void order(Map<String, IssuedCertificate> orders) {
        if (orders.isEmpty()) {
            return;
        }
        var writes = new ArrayList<Write<?>>();
        orders.forEach((key, issued) -> writes.add(Write.put(Topics.CERTIFICATES, key, issued)));
        writer.commit(writes);
        orders.forEach((key, issued) -> {
            inventory.put(key, issued);
            var order = issued.getOrder();
            LOG.info(
                    "event=rotation-ordered instance={} serial={} why=\"{}\"",
                    issued.getInstance(),
                    issued.getSerial(),
                    order == null ? "" : order.getReason());
        });
    }

    /// @param shown chain of the connection, empty without one
    IssueResponse issue(IssueRequest request, List<X509Certificate> shown) throws Refusal {
        requireReady();
        var now = clock.instant();
        var issued = issuing.decide(request, shown, trust.believed(), inventory, now);
        var key = Inventory.key(issued.getSpiffeId(), issued.getInstance());
        var before = inventory.at(key);
        var writes = new ArrayList<Write<?>>();
        writes.add(Write.put(Topics.CERTIFICATES, key, issued));
        if (before != null
                && !before.getToken().isEmpty()
                && !before.getToken().equals(issued.getToken())
                && before.getTokenExpires() != null
                && before.getTokenExpires().isAfter(now)) {
            // its token could still be shown again, and compaction would forget that it was used
            writes.add(Write.put(Topics.CERTIFICATES, key + "/" + before.getSerial(), before));
        }
        writer.commit(writes);
        inventory.put(key, issued);
        LOG.info(
                "event=issued id={} instance={} serial={} notAfter={} rotations={} by={}",
                issued.getSpiffeId(),
                issued.getInstance(),
                issued.getSerial(),
                issued.getNotAfter(),
                issued.getRotations(),
                request.getToken().isEmpty() ? "certificate" : "token");
        return IssueResponse.newBuilder()
                .setChain(issued.getChain())
                .setRotateAt(issued.getRotateAt())
                .setTrust(trust.bundle())
                .build();
    }

    /// @param shown must be the operator's
    RotateResponse rotate(RotateRequest request, List<X509Certificate> shown) throws Refusal {
        requireReady();
        var now = clock.instant();
        switch (PeerCheck.check(shown, trust.believed(), now)) {
            case Peer.Refused(var reason) ->
                throw Refusal.of("only an operator may order rotations: " + reason
                        + "; next: --ca-credentials DIR with the folder \"operator\" of \"meltemi ca init\"");
            case Peer.Proven(var id) -> {
                if (!id.namespace().equals(CaFolder.NAMESPACE)
                        || !id.serviceAccount().equals("operator")) {
                    throw Refusal.of("only an operator may order rotations, not " + id);
                }
            }
        }
        var orders = inventory.asked(request, now);
        order(orders);
        return RotateResponse.newBuilder().setOrdered(Inventory.words(orders)).build();
    }

    private void requireReady() throws Refusal {
        if (!ready()) {
            throw Refusal.later("this CA still reads its topics; next: ask again in a moment");
        }
    }

    @Override
    public void onTick() {
        if (!ready()) {
            return;
        }
        var now = clock.instant();
        var writes = new ArrayList<Write<?>>();
        for (String key : inventory.forgettable(now)) {
            writes.add(Write.delete(Topics.CERTIFICATES, key));
        }
        if (!writes.isEmpty()) {
            writer.commit(writes);
            inventory.forgettable(now).forEach(inventory::remove);
        }
        inventory.forgetTokens(now);
    }

    @Override
    public void onEnd() {
        LOG.info("event=ca-stands-down trustDomain={}", issuing.authority().trustDomain());
    }
}
