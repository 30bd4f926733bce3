package dev.meltemi.bus;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/// The contract on a broker that isn't ours: Apache's own image, where Docker runs.
class ContainerBusTest implements BusContract {
    private static final String IMAGE = "apache/kafka:4.3.1";

    private static @Nullable KafkaContainer broker;
    private final BusUnderTest carrier = new KafkaCarrier(requireNonNull(broker).getBootstrapServers());

    @BeforeAll
    static void startBroker() {
        assumeTrue(
                DockerClientFactory.instance().isDockerAvailable(),
                "skipped: no Docker daemon answers here, so the bus contract isn't run against " + IMAGE);
        broker = new KafkaContainer(IMAGE);
        broker.start();
    }

    @AfterAll
    static void stopBroker() {
        if (broker != null) {
            broker.stop();
        }
    }

    @Override
    public BusUnderTest carrier() {
        return carrier;
    }
}
