package dev.meltemi.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A request's body between its two sockets: what came and wasn't sent yet, and, up to a limit, what was sent and
/// may have to be sent again. The caller's socket isn't read while anything is unsent, which bounds it.
final class RequestBody {
    private final ArrayDeque<ByteBuf> unsent = new ArrayDeque<>(4);
    private final List<ByteBuf> kept = new ArrayList<>(0);
    private int keepLimit;
    private int keptOctets;
    private boolean whole = true;
    private boolean ended;
    private boolean discarding;
    private HttpHeaders trailers = EmptyHttpHeaders.INSTANCE;
    private @Nullable GrpcMessages messages;

    /// @param octets of it that are kept for another try; 0: none
    void keep(int octets) {
        keepLimit = octets;
    }

    /// From its first octet, before any was offered.
    void count(GrpcMessages counting) {
        messages = counting;
    }

    /// Null: they aren't counted.
    @Nullable
    GrpcMessages messages() {
        return messages;
    }

    /// Takes ownership.
    void offer(ByteBuf octets) {
        if (messages != null) {
            messages.pass(octets);
        }
        if (discarding || !octets.isReadable()) {
            octets.release();
        } else {
            unsent.add(octets);
        }
    }

    void end(HttpHeaders trailers) {
        this.trailers = trailers;
        ended = true;
    }

    /// What ended was an HTTP message; octets of another protocol follow.
    void reopen() {
        ended = false;
    }

    boolean ended() {
        return ended;
    }

    HttpHeaders trailers() {
        return trailers;
    }

    boolean hasUnsent() {
        return !unsent.isEmpty();
    }

    /// The next piece to send, owned by the caller.
    @Nullable
    ByteBuf poll() {
        ByteBuf octets = unsent.poll();
        if (octets != null && whole) {
            keptOctets += octets.readableBytes();
            if (keptOctets <= keepLimit) {
                kept.add(octets.retainedDuplicate());
            } else {
                whole = false;
                forget();
            }
        }
        return octets;
    }

    /// Whether it can be sent again from its first octet.
    boolean isReplayable() {
        return whole;
    }

    /// Back to the first octet.
    void rewind() {
        for (ByteBuf octets : kept.reversed()) {
            unsent.addFirst(octets);
        }
        kept.clear();
        keptOctets = 0;
    }

    /// Copies that share the octets, sent or not, for a mirror; null when they are more than what is kept or
    /// gone.
    @Nullable
    List<ByteBuf> share() {
        long octets = keptOctets;
        for (ByteBuf piece : unsent) {
            octets += piece.readableBytes();
        }
        if (!whole || octets > keepLimit) {
            return null;
        }
        return Stream.concat(kept.stream(), unsent.stream())
                .map(ByteBuf::retainedDuplicate)
                .toList();
    }

    /// No other try will be made.
    void forget() {
        whole = whole && keptOctets == 0;
        kept.forEach(ByteBuf::release);
        kept.clear();
    }

    /// Whatever is left or comes is dropped.
    void discard() {
        discarding = true;
        unsent.forEach(ByteBuf::release);
        unsent.clear();
        forget();
    }
}
