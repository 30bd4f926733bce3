package dev.meltemi.routing;

import org.jspecify.annotations.Nullable;

/// One condition of a match. They stay apart, instead of melting into one test, so that a tracer can say which of them
/// failed.
sealed interface Predicate {
    /// @param pathEnd where the query of `request.path()` begins, or the path's length
    boolean holds(RequestHead request, int pathEnd);

    record Path(StringTest test) implements Predicate {
        @Override
        public boolean holds(RequestHead request, int pathEnd) {
            return test.holds(request.path(), 0, pathEnd);
        }
    }

    record Method(StringTest test) implements Predicate {
        @Override
        public boolean holds(RequestHead request, int pathEnd) {
            return test.holds(request.method());
        }
    }

    record Scheme(StringTest test) implements Predicate {
        @Override
        public boolean holds(RequestHead request, int pathEnd) {
            return test.holds(request.scheme());
        }
    }

    /// As the caller wrote it, port included: Envoy compares `:authority` unchanged.
    record Authority(StringTest test) implements Predicate {
        @Override
        public boolean holds(RequestHead request, int pathEnd) {
            return test.holds(request.authority());
        }
    }

    record Header(String name, StringTest test) implements Predicate {
        @Override
        public boolean holds(RequestHead request, int pathEnd) {
            @Nullable String value = request.header(name);
            return value != null && test.holds(value);
        }
    }

    /// Must not hold; an absent header counts as empty, except where its mere presence is asked for.
    record WithoutHeader(String name, StringTest test) implements Predicate {
        @Override
        public boolean holds(RequestHead request, int pathEnd) {
            @Nullable String value = request.header(name);
            if (value == null) {
                return test instanceof StringTest.Anything || !test.holds("");
            }
            return !test.holds(value);
        }
    }

    /// The first parameter of that name decides; nothing is decoded, as in Envoy.
    record QueryParameter(String name, StringTest test) implements Predicate {
        @Override
        public boolean holds(RequestHead request, int pathEnd) {
            String path = request.path();
            int fragment = path.indexOf('#', pathEnd);
            int end = fragment < 0 ? path.length() : fragment;
            for (int from = pathEnd + 1; from <= end; ) {
                int ampersand = path.indexOf('&', from);
                int to = ampersand < 0 || ampersand > end ? end : ampersand;
                int nameEnd = from + name.length();
                if (path.startsWith(name, from) && nameEnd <= to) {
                    if (nameEnd == to) {
                        return test.holds(path, to, to);
                    }
                    if (path.charAt(nameEnd) == '=') {
                        return test.holds(path, nameEnd + 1, to);
                    }
                }
                from = to + 1;
            }
            return false;
        }
    }
}
