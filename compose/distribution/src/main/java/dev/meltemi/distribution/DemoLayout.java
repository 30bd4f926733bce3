package dev.meltemi.distribution;

/// Which addresses a demo uses. Published ports are shifted by the offset; proxies and apps live on loopback
/// addresses of their own, whose third byte follows from the offset, so that two demos with different offsets don't
/// meet.
///
/// @param offset 0 to 45,000
record DemoLayout(int offset) {
    private static final int HIGHEST_OFFSET = 45_000;

    DemoLayout {
        if (offset < 0 || offset > HIGHEST_OFFSET) {
            throw new IllegalArgumentException("--port-offset " + offset + " is outside 0 to " + HIGHEST_OFFSET
                    + ", beyond which published ports don't exist");
        }
    }

    int kafkaPort() {
        return 19092 + offset;
    }

    int registryPort() {
        return 8081 + offset;
    }

    int caPort() {
        return 15012 + offset;
    }

    int gatewayPort() {
        return 9080 + offset;
    }

    /// @param instance from 1
    String address(int instance) {
        return "127.0." + (1 + offset / 100 % 250) + "." + instance;
    }
}
