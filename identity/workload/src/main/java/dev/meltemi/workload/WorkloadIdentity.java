package dev.meltemi.workload;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.CaQuestions;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.identity.IssueRequest;
import dev.meltemi.schemas.identity.IssueResponse;
import dev.meltemi.schemas.identity.IssuedCertificate;
import dev.meltemi.schemas.identity.TrustBundle;
import dev.meltemi.spiffe.Credential;
import dev.meltemi.spiffe.Identity;
import dev.meltemi.spiffe.Keys;
import dev.meltemi.spiffe.Peer;
import dev.meltemi.spiffe.PeerCheck;
import dev.meltemi.spiffe.Pem;
import dev.meltemi.spiffe.RenewalSchedule;
import dev.meltemi.spiffe.SigningRequest;
import dev.meltemi.spiffe.SpiffeId;
import dev.meltemi.spiffe.Trust;
import io.rsocket.exceptions.CustomRSocketException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/// A workload's identity over its whole life: from its state folder or by a join token at first, by the certificate
/// before it later; renewed before half of its life, and at once when the CA orders it.
///
/// ```
///  NONE ──saved, or issued by token──▶ VALID ──renewed, ordered, or trust changed──▶ VALID
///    ▲ pause, again                      │ the CA was away for the second half of its life
///    └───── refused, CA away             ▼
///                                     EXPIRED ──token file read anew──▶ VALID
/// ```
///
/// Everything happens on one thread of its own; readers see whole {@link Identity} values.
public final class WorkloadIdentity implements Supplier<@Nullable Identity>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkloadIdentity.class);
    /// A fleet that is ordered to rotate comes within that time, not at once.
    private static final Duration ORDERED = Duration.ofSeconds(1);
    private static final Duration FOLLOW_AGAIN = Duration.ofSeconds(5);
    private static final Duration GOODBYE = Duration.ofSeconds(2);

    private final Settings settings;
    private final CaDoor ca;
    private final Scheduler thread;
    private final InstantSource clock;
    private final SecureRandom random;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Disposable.Swap next = Disposables.swap();
    private final Disposable.Swap question = Disposables.swap();
    private final Disposable.Composite followed = Disposables.composite();
    private @Nullable KeyPair pending;
    private boolean asking;
    private boolean byToken;
    private int failures;
    private String orderedSerial = "";
    private volatile @Nullable Identity identity;
    private volatile String trouble = "";

    /// @param instance stable name of the instance, without a start time: `reviews-v1.default`
    /// @param tokenFile with the join token; read anew at each try, so it may come later
    /// @param state folder that survives a restart; without one the key stays in memory
    public record Settings(
            String namespace,
            String serviceAccount,
            String instance,
            CaAddress ca,
            Optional<Path> tokenFile,
            Optional<Path> state) {}

    /// How a CA is asked.
    @FunctionalInterface
    interface CaDoor {
        Mono<IssueResponse> issue(IssueRequest request, @Nullable Identity mine);
    }

    private WorkloadIdentity(Settings settings, CaDoor ca, Scheduler thread, InstantSource clock, SecureRandom random) {
        this.settings = settings;
        this.ca = ca;
        this.thread = thread;
        this.clock = clock;
        this.random = random;
    }

    /// Returns at once; see {@link #onChange} and {@link #trouble}.
    public static WorkloadIdentity start(Settings settings, InstantSource clock, SecureRandom random) {
        var client = new CaClient(settings.ca(), clock);
        return start(settings, client::issue, Schedulers.newSingle("identity", true), clock, random);
    }

    static WorkloadIdentity start(
            Settings settings, CaDoor ca, Scheduler thread, InstantSource clock, SecureRandom random) {
        var identity = new WorkloadIdentity(settings, ca, thread, clock, random);
        thread.schedule(identity::begin);
        return identity;
    }

    /// Who we are and whom we believe; null as long as nobody has vouched for us. May have expired: peers see to that.
    @Override
    public @Nullable Identity get() {
        return identity;
    }

    /// Called after each change, on a thread that should be given back soon.
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /// Why the newest try failed; empty when it didn't.
    public String trouble() {
        return trouble;
    }

    /// Whether there is an identity that peers accept now.
    public boolean valid() {
        var mine = identity;
        return mine != null
                && clock.instant()
                        .isBefore(mine.credential().leaf().getNotAfter().toInstant());
    }

    /// Follows trust and our own record on the topics, from now to the end.
    public void follow(MeshBus bus) {
        followed.add(bus.follow(List.of(Topics.TRUST, Topics.CERTIFICATES))
                .publishOn(thread)
                .doOnNext(this::happened)
                .retryWhen(reactor.util.retry.Retry.fixedDelay(Long.MAX_VALUE, FOLLOW_AGAIN)
                        .doBeforeRetry(signal -> LOG.warn(
                                "event=trust-not-followed instance={} why=\"{}\" next=\"tried again in {} s\"",
                                settings.instance(),
                                signal.failure().toString(),
                                FOLLOW_AGAIN.toSeconds())))
                .subscribe());
    }

    private void begin() {
        settings.state().ifPresent(folder -> {
            try {
                new SavedIdentity(folder).read().filter(this::isOurs).ifPresent(saved -> {
                    identity = saved;
                    LOG.info(
                            "event=identity-read instance={} id={} serial={} notAfter={}",
                            settings.instance(),
                            saved.credential().id(),
                            saved.credential().serial(),
                            saved.credential().leaf().getNotAfter().toInstant());
                    tell();
                });
            } catch (IOException e) {
                LOG.warn(
                        "event=identity-unreadable instance={} why=\"{}\" next=\"a new one is asked for\"",
                        settings.instance(),
                        e.getMessage());
            }
        });
        var saved = identity;
        if (saved == null || !valid()) {
            ask("start");
        } else {
            var leaf = saved.credential().leaf();
            var at = RenewalSchedule.renewAt(
                    leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant(), random);
            after(Duration.between(clock.instant(), at), "half of its life is near");
        }
    }

    private boolean isOurs(Identity saved) {
        var id = saved.credential().id();
        return id.namespace().equals(settings.namespace())
                && id.serviceAccount().equals(settings.serviceAccount());
    }

    private void after(Duration pause, String why) {
        next.update(thread.schedule(() -> ask(why), Math.max(0, pause.toMillis()), TimeUnit.MILLISECONDS));
    }

    private void ask(String why) {
        if (asking) {
            return;
        }
        asking = true;
        // kept until it is signed: when an answer is lost, a single-use token still is good for this key
        var pair = pending == null ? Keys.make(random) : pending;
        pending = pair;
        var mine = valid() && !byToken ? identity : null;
        LOG.info(
                "event=identity-asked instance={} ca={} by={} why=\"{}\"",
                settings.instance(),
                settings.ca(),
                mine == null ? "token" : "certificate",
                why);
        question.update(Mono.defer(() -> ca.issue(request(pair, mine), mine))
                .publishOn(thread)
                .subscribe(answer -> answered(pair, answer), this::failed));
    }

    private IssueRequest request(KeyPair pair, @Nullable Identity mine) {
        var known = identity;
        return IssueRequest.newBuilder()
                .setCsr(SigningRequest.make(
                        pair, known == null ? null : known.credential().id()))
                .setInstance(settings.instance())
                .setToken(mine == null ? token() : "")
                .build();
    }

    private String token() {
        var file = settings.tokenFile()
                .orElseThrow(() -> new CredentialsException(
                        "there is neither a certificate in force nor a join token; next: give --token-file FILE with"
                                + " what \"meltemi token create\" prints",
                        null));
        try {
            var token = Files.readString(file).strip();
            if (token.isEmpty()) {
                throw new CredentialsException(
                        "the token file " + file + " is empty; next: write what \"meltemi token"
                                + " create\" prints into it, it is read at each try",
                        null);
            }
            return token;
        } catch (NoSuchFileException e) {
            throw new CredentialsException(
                    "there is no token file " + file + "; next: write what \"meltemi token create\" prints into it, it"
                            + " is read at each try",
                    e);
        } catch (IOException e) {
            throw new CredentialsException("the token file " + file + " can't be read: " + e, e);
        }
    }

    private void answered(KeyPair pair, IssueResponse answer) {
        try {
            var trust = Bundles.trust(answer.getTrust());
            var chain = Pem.certificates(answer.getChain());
            var credential = new Credential(proven(chain, trust, pair), pair.getPrivate(), chain);
            save(credential, answer.getTrust());
            var before = identity;
            identity = new Identity(credential, newer(trust, before));
            asking = false;
            byToken = false;
            failures = 0;
            trouble = "";
            pending = null;
            LOG.info(
                    "event=identity-issued instance={} id={} serial={} notAfter={} rotateAt={} replaces={}",
                    settings.instance(),
                    credential.id(),
                    credential.serial(),
                    credential.leaf().getNotAfter().toInstant(),
                    answer.getRotateAt(),
                    before == null ? "-" : before.credential().serial());
            after(Duration.between(clock.instant(), answer.getRotateAt()), "half of its life is near");
            tell();
        } catch (IllegalArgumentException e) {
            failed(e);
        }
    }

    /// What a CA signs is checked like a peer's: a mistake shows here, not in everybody's handshakes.
    private SpiffeId proven(List<X509Certificate> chain, Trust trust, KeyPair pair) {
        if (!chain.getFirst().getPublicKey().equals(pair.getPublic())) {
            throw new IllegalArgumentException("the CA signed another key than ours");
        }
        return switch (PeerCheck.check(chain, trust, clock.instant())) {
            case Peer.Refused(var reason) ->
                throw new IllegalArgumentException("what the CA signed proves nothing: " + reason);
            case Peer.Proven(var id) -> {
                if (!id.namespace().equals(settings.namespace())
                        || !id.serviceAccount().equals(settings.serviceAccount())) {
                    throw new IllegalArgumentException("the CA takes us for " + id + ", but we are started as "
                            + settings.namespace() + "/" + settings.serviceAccount()
                            + "; is it another's token? next: \"meltemi token create -n " + settings.namespace()
                            + " --service-account " + settings.serviceAccount() + "\"");
                }
                yield id;
            }
        };
    }

    private static Trust newer(Trust told, @Nullable Identity before) {
        return before != null && before.trust().sequence() > told.sequence() ? before.trust() : told;
    }

    private void save(Credential credential, TrustBundle bundle) {
        settings.state().ifPresent(folder -> {
            try {
                var saved = new SavedIdentity(folder);
                saved.write(bundle);
                saved.write(credential);
            } catch (IOException e) {
                LOG.warn(
                        "event=identity-not-saved instance={} why=\"{}\" next=\"a restart will need the CA\"",
                        settings.instance(),
                        e.toString());
            }
        });
    }

    private void failed(Throwable why) {
        asking = false;
        failures++;
        // words of ours or of the CA; neither holds a token
        trouble = why instanceof CredentialsException || why instanceof IllegalArgumentException || isRefusal(why)
                ? String.valueOf(why.getMessage())
                : "the CA at " + settings.ca() + " doesn't answer: " + why;
        if (isRefusal(why)) {
            // what was shown isn't good any more: the other proof is tried next
            byToken = !byToken;
        }
        var pause = RenewalSchedule.pauseAfter(failures, random);
        LOG.warn(
                "event=identity-refused instance={} ca={} failures={} retryIn={} valid={} why=\"{}\"",
                settings.instance(),
                settings.ca(),
                failures,
                pause,
                valid(),
                trouble);
        after(pause, "try " + (failures + 1));
        tell();
    }

    private static boolean isRefusal(Throwable why) {
        return why instanceof CustomRSocketException refusal && refusal.errorCode() == CaQuestions.REFUSED;
    }

    private void happened(TopicEvent<?> event) {
        if (event instanceof TopicEvent.Put<?> put) {
            switch (put.value()) {
                case TrustBundle bundle -> believed(bundle);
                case IssuedCertificate issued -> ordered(issued);
                case null, default -> {}
            }
        }
    }

    private void believed(TrustBundle bundle) {
        var mine = identity;
        if (mine == null
                || !bundle.getTrustDomain().equals(mine.trust().trustDomain())
                || bundle.getSequence() <= mine.trust().sequence()) {
            return;
        }
        try {
            var trust = Bundles.trust(bundle);
            identity = new Identity(mine.credential(), trust);
            LOG.info(
                    "event=trust instance={} sequence={} roots={} revoked={}",
                    settings.instance(),
                    trust.sequence(),
                    trust.roots().size(),
                    trust.revoked().size());
            settings.state().ifPresent(folder -> {
                try {
                    new SavedIdentity(folder).write(bundle);
                } catch (IOException e) {
                    LOG.warn("event=trust-not-saved instance={} why=\"{}\"", settings.instance(), e.toString());
                }
            });
            tell();
        } catch (IllegalArgumentException e) {
            LOG.warn(
                    "event=trust-unreadable instance={} sequence={} why=\"{}\" next=\"bundle {} goes on\"",
                    settings.instance(),
                    bundle.getSequence(),
                    e.getMessage(),
                    mine.trust().sequence());
        }
    }

    private void ordered(IssuedCertificate issued) {
        var mine = identity;
        var order = issued.getOrder();
        if (mine == null
                || order == null
                || !issued.getInstance().equals(settings.instance())
                || !issued.getSpiffeId().equals(mine.credential().id().uri())
                || !order.getSerial().equals(mine.credential().serial())
                || order.getSerial().equals(orderedSerial)) {
            return;
        }
        orderedSerial = order.getSerial();
        LOG.info(
                "event=rotation-ordered instance={} serial={} why=\"{}\"",
                settings.instance(),
                order.getSerial(),
                order.getReason());
        after(Duration.ofMillis(random.nextLong(ORDERED.toMillis())), "ordered: " + order.getReason());
    }

    private void tell() {
        listeners.forEach(Runnable::run);
    }

    @Override
    public void close() {
        followed.dispose();
        next.dispose();
        question.dispose();
        thread.disposeGracefully().timeout(GOODBYE).onErrorComplete().block();
    }
}
