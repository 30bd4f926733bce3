package dev.meltemi.proxy.overload;

import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// This process. Measuring costs some microseconds: two beans and one `stat`.
final class ProcessGauges implements Gauges {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Path LIMITS = Path.of("/proc/self/limits");

    static final Gauges HERE = new ProcessGauges();

    private final @Nullable MemoryPoolMXBean oldest = oldest();
    private final long descriptorLimit = descriptorLimit();

    /// Where what lives long is, whatever the collector calls it: Tenured Gen, G1 Old Gen. Eden and survivors say
    /// nothing, since they are as full as the collector likes.
    private static @Nullable MemoryPoolMXBean oldest() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.isCollectionUsageThresholdSupported())
                .max(Comparator.comparingLong(pool -> pool.getUsage().getMax()))
                .orElse(null);
    }

    @Override
    public double heap() {
        MemoryUsage left = oldest == null ? null : oldest.getCollectionUsage();
        return left == null || left.getMax() <= 0 ? 0 : (double) left.getUsed() / left.getMax();
    }

    @Override
    public double directMemory() {
        long most = PlatformDependent.maxDirectMemory();
        return most <= 0 ? 0 : (double) Math.max(0, PlatformDependent.usedDirectMemory()) / most;
    }

    @Override
    public double descriptors() {
        return descriptorLimit == Long.MAX_VALUE ? 0 : (double) openDescriptors() / descriptorLimit;
    }

    /// Since Linux 6.2 the folder's size is their number; before, its entries are counted.
    private static long openDescriptors() {
        try {
            long size = Files.size(DESCRIPTORS);
            if (size > 0) {
                return size;
            }
            try (Stream<Path> all = Files.list(DESCRIPTORS)) {
                return all.count();
            }
        } catch (IOException _) {
            // Not Linux, or none left to look with: opening the next one will say so.
            return 0;
        }
    }

    /// `Long.MAX_VALUE` where there is none or it isn't told.
    static long descriptorLimit() {
        try (Stream<String> lines = Files.lines(LIMITS)) {
            return lines.filter(line -> line.startsWith("Max open files"))
                    .map(line -> line.strip().split("\\s+", -1)[3])
                    .filter(soft -> !soft.equals("unlimited"))
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElse(Long.MAX_VALUE);
        } catch (IOException _) {
            return Long.MAX_VALUE;
        }
    }

    @Override
    public void collect() {
        System.gc();
    }
}
