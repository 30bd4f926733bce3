package dev.meltemi.kafka;

import dev.meltemi.spiffe.Identity;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/// Kafka's exceptions as sentences: what was attempted, where, why it failed, and what to do next.
///
/// @param settings of the connection on which it happened
/// @param clock for whether our own certificate has expired
record Failures(KafkaSettings settings, InstantSource clock) {
    BrokerException of(String doing, Throwable thrown) {
        var cause = thrown;
        while ((cause instanceof ExecutionException || cause instanceof CompletionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return new BrokerException(text(doing, cause), cause);
    }

    private String text(String doing, Throwable cause) {
        var where = settings.bootstrapServers();
        return switch (cause) {
            case BrokerException told -> String.valueOf(told.getMessage());
            case AuthenticationException e -> unauthenticated(doing, e);
            case AuthorizationException e -> unauthorized(doing, e);
            case SecurityDisabledException e ->
                doing + ": the broker at " + where + " has no access lists: whoever reaches it may do everything; next:"
                        + " start it with an authorizer (`meltemi broker --credentials DIR` does)";
            case UnknownTopicOrPartitionException e ->
                doing + ": a topic doesn't exist at " + where + ": " + e.getMessage()
                        + "; next: start the control services once (they create topics), or check the prefix "
                        + settings.prefix();
            case RecordTooLargeException e -> doing + ": the record is too large: " + e.getMessage();
            case TimeoutException _, DisconnectException _, java.util.concurrent.TimeoutException _ ->
                unreachable(doing);
            case KafkaException e when String.valueOf(e.getCause()).contains("bootstrap.servers") -> unreachable(doing);
            default -> doing + " at " + where + ": " + cause;
        };
    }

    private String unauthenticated(String doing, AuthenticationException e) {
        Throwable deepest = e;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        var reason = String.valueOf(deepest.getMessage());
        var identity = identity();
        if (identity == null) {
            return doing + ": the broker at " + settings.bootstrapServers() + " refuses our identity: " + reason
                    + "; next: check certificate and the Kafka client properties file";
        }
        var leaf = identity.credential().leaf();
        if (clock.instant().isAfter(leaf.getNotAfter().toInstant())) {
            return doing + ": our certificate (" + identity.credential() + ") expired at "
                    + leaf.getNotAfter().toInstant() + ", and the broker at " + settings.bootstrapServers()
                    + " refuses it; next: make the credentials anew with `meltemi ca issue`";
        }
        if (reason.contains("Received fatal alert")) {
            return doing + ": the broker at " + settings.bootstrapServers() + " refuses our certificate ("
                    + identity.credential() + ", issued by " + leaf.getIssuerX500Principal() + "): " + reason
                    + "; next: check that roots.pem of the broker and our cert.pem are of the same CA";
        }
        return doing + ": we don't believe the broker at " + settings.bootstrapServers() + ": " + reason
                + "; next: check that --bootstrap-servers names this mesh's broker, and that our roots.pem is of its"
                + " CA";
    }

    private String unauthorized(String doing, AuthorizationException e) {
        var on = switch (e) {
            case TopicAuthorizationException topics
            when !topics.unauthorizedTopics().isEmpty() ->
                " on topic " + String.join(", ", topics.unauthorizedTopics());
            case GroupAuthorizationException group -> " in group " + group.groupId();
            default -> "";
        };
        return doing + ": the broker at " + settings.bootstrapServers() + " doesn't allow " + principal(identity())
                + " to do that" + on + " (" + e.getMessage()
                + "); next: `meltemi topics acl` shows who may do what, `meltemi topics acl --apply` with an operator's"
                + " credentials makes the broker agree";
    }

    /// `User:analyst (spiffe://cluster.local/ns/istio-system/sa/analyst)`.
    private static String principal(@Nullable Identity identity) {
        if (identity == null) {
            return "this client";
        }
        var credential = identity.credential();
        var subject =
                List.of(credential.leaf().getSubjectX500Principal().getName().split(",", -1));
        return subject.stream()
                .filter(part -> part.startsWith("OU="))
                .findFirst()
                .map(role -> "User:" + role.substring("OU=".length()) + " (" + credential.id() + ")")
                .orElseGet(() -> credential.id().toString());
    }

    private String unreachable(String doing) {
        if (settings.identity() != null && identity() == null) {
            return "no certificate to show to the broker at " + settings.bootstrapServers() + " yet (" + doing
                    + ", waited " + seconds(settings.patience()) + "): the CA hasn't issued one; next: check --ca and"
                    + " its token";
        }
        return "no Kafka broker answers (" + doing + ", waited " + seconds(settings.patience()) + "): "
                + Unreachable.why(settings.bootstrapServers(), settings.identity() != null)
                + "; next: start one with `meltemi broker`, or check --bootstrap-servers";
    }

    private @Nullable Identity identity() {
        var live = settings.identity();
        return live == null ? null : live.get();
    }

    private static String seconds(Duration time) {
        return time.toMillis() / 1000.0 + " s";
    }
}
