package dev.meltemi.routing;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import dev.meltemi.schemas.compiled.HashCookie;
import dev.meltemi.schemas.compiled.HashKey;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What of a request chooses its endpoint under consistent hashing. Requests with the same value reach the same
/// endpoint as long as it is there, from every proxy.
public sealed interface HashPolicy {
    /// Of a request without that key: any endpoint will do.
    long NO_KEY = 0;

    /// XXH3: Envoy uses XXH64 of the same family. What it gives for a value is nobody's interface but must not change
    /// between releases, or every session moves.
    Hasher64 HASHER = Hashing.xxh3_64();

    /// @param sourceIp of the caller
    /// @return {@link #NO_KEY} when the request doesn't have it
    long hash(RequestHead request, String sourceIp);

    /// A cookie for a caller that came without one, so that its next request finds the same endpoint.
    ///
    /// @return null where the rule orders none
    default @Nullable MadeCookie makeCookie(RandomGenerator random) {
        return null;
    }

    /// @param setCookie value of the header for the answer
    record MadeCookie(String setCookie, long hash) {}

    static @Nullable HashPolicy of(@Nullable HashKey key) {
        if (key == null) {
            return null;
        }
        HashCookie cookie = key.getCookie();
        if (cookie != null) {
            return new OfCookie(cookie.getName(), attributes(cookie));
        }
        if (!key.getHeader().isEmpty()) {
            return new OfHeader(key.getHeader());
        }
        if (!key.getQueryParameter().isEmpty()) {
            return new OfQuery(key.getQueryParameter());
        }
        return key.getSourceIp() ? new OfSource() : null;
    }

    static long hash(CharSequence value) {
        long hash = HASHER.hashCharsToLong(value);
        return hash == NO_KEY ? 1 : hash;
    }

    /// Null: none is made. RFC 6265, 4.1; as Envoy, none is for scripts. A lifetime of 0 is the browser's session.
    private static @Nullable String attributes(HashCookie cookie) {
        Long ttl = cookie.getTtlUs();
        if (ttl == null) {
            return null;
        }
        var text = new StringBuilder();
        if (ttl > 0) {
            text.append("; Max-Age=").append(TimeUnit.MICROSECONDS.toSeconds(ttl));
        }
        if (!cookie.getPath().isEmpty()) {
            text.append("; Path=").append(cookie.getPath());
        }
        boolean httpOnly = false;
        for (Map.Entry<String, String> attribute : cookie.getAttributes().entrySet()) {
            httpOnly |= attribute.getKey().equalsIgnoreCase("HttpOnly");
            text.append("; ").append(attribute.getKey());
            if (!attribute.getValue().isEmpty()) {
                text.append('=').append(attribute.getValue());
            }
        }
        return text + (httpOnly ? "" : "; HttpOnly");
    }

    /// @param name may be a pseudo-header, `:authority`
    record OfHeader(String name) implements HashPolicy {
        @Override
        public long hash(RequestHead request, String sourceIp) {
            String value = switch (name) {
                case ":authority" -> request.authority();
                case ":path" -> request.path();
                case ":method" -> request.method();
                default -> request.header(name);
            };
            return value == null ? NO_KEY : HashPolicy.hash(value);
        }
    }

    record OfSource() implements HashPolicy {
        @Override
        public long hash(RequestHead request, String sourceIp) {
            return sourceIp.isEmpty() ? NO_KEY : HashPolicy.hash(sourceIp);
        }
    }

    /// The first of that name, as it is written.
    record OfQuery(String name) implements HashPolicy {
        @Override
        public long hash(RequestHead request, String sourceIp) {
            String path = request.path();
            int at = path.indexOf('?') + 1;
            while (at > 0) {
                int end = path.indexOf('&', at);
                int stop = end < 0 ? path.length() : end;
                if (path.startsWith(name, at)) {
                    int after = at + name.length();
                    if (after == stop || path.charAt(after) == '=') {
                        return HashPolicy.hash(path.substring(Math.min(stop, after + 1), stop));
                    }
                }
                at = end + 1;
            }
            return NO_KEY;
        }
    }

    /// @param attributes of cookies that are made; null: none is
    record OfCookie(String name, @Nullable String attributes) implements HashPolicy {
        @Override
        public long hash(RequestHead request, String sourceIp) {
            String cookies = request.header("cookie");
            if (cookies == null) {
                return NO_KEY;
            }
            for (int at = 0; at < cookies.length(); ) {
                while (at < cookies.length() && (cookies.charAt(at) == ' ' || cookies.charAt(at) == '\t')) {
                    at++;
                }
                int end = end(cookies, at);
                if (cookies.startsWith(name, at)
                        && at + name.length() < end
                        && cookies.charAt(at + name.length()) == '=') {
                    return HashPolicy.hash(unquoted(cookies, at + name.length() + 1, end));
                }
                at = end + 1;
            }
            return NO_KEY;
        }

        /// Several Cookie lines come joined by commas, which no value contains (RFC 6265, 4.1.1).
        private static int end(String cookies, int from) {
            for (int i = from; i < cookies.length(); i++) {
                if (cookies.charAt(i) == ';' || cookies.charAt(i) == ',') {
                    return i;
                }
            }
            return cookies.length();
        }

        private static String unquoted(String cookies, int from, int to) {
            boolean quoted = to - from >= 2 && cookies.charAt(from) == '"' && cookies.charAt(to - 1) == '"';
            return quoted ? cookies.substring(from + 1, to - 1) : cookies.substring(from, to);
        }

        @Override
        public @Nullable MadeCookie makeCookie(RandomGenerator random) {
            if (attributes == null) {
                return null;
            }
            String value = HexFormat.of().toHexDigits(random.nextLong());
            return new MadeCookie(name + "=" + value + attributes, HashPolicy.hash(value));
        }
    }
}
