package dev.meltemi.bus;

import static java.util.Objects.requireNonNull;

import dev.meltemi.broker.BrokerSettings;
import dev.meltemi.broker.EmbeddedBroker;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class KafkaBusTest implements BusContract {
    @TempDir
    static Path data;

    private static @Nullable EmbeddedBroker broker;

    private final BusUnderTest carrier = new KafkaCarrier(requireNonNull(broker).bootstrapServers());

    @BeforeAll
    static void startBroker() {
        broker = EmbeddedBroker.start(BrokerSettings.anyPort(data));
    }

    @AfterAll
    static void stopBroker() {
        requireNonNull(broker).close();
    }

    @Override
    public BusUnderTest carrier() {
        return carrier;
    }
}
