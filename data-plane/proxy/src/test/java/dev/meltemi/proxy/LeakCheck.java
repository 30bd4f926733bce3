package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Buffers that nobody released fail the test class after which they are noticed. JUnit finds it by itself for
/// every test of the module, before Netty makes its first detector.
public final class LeakCheck implements AfterAllCallback {
    private static final Queue<String> REPORTS = new ConcurrentLinkedQueue<>();

    static {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new Reporting());
    }

    @Override
    public void afterAll(ExtensionContext context) {
        // Leaks are noticed when a buffer is allocated after the collection of one that was lost.
        System.gc();
        for (int i = 0; i < 64; i++) {
            ByteBufAllocator.DEFAULT.directBuffer(16).release();
        }
        assertThat(REPORTS).as("leaked buffers").isEmpty();
    }

    private static final class Reporting extends ResourceLeakDetectorFactory {
        @Override
        @SuppressWarnings("deprecation") // abstract all the same
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                Class<T> resource, int samplingInterval, long maxActive) {
            return detector(resource, samplingInterval);
        }

        @Override
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int samplingInterval) {
            return detector(resource, samplingInterval);
        }

        private static <T> ResourceLeakDetector<T> detector(Class<T> resource, int samplingInterval) {
            return new ResourceLeakDetector<>(resource, samplingInterval) {
                @Override
                protected void reportTracedLeak(String type, String records) {
                    REPORTS.add(type + records);
                }

                @Override
                protected void reportUntracedLeak(String type) {
                    REPORTS.add(type);
                }
            };
        }
    }
}
