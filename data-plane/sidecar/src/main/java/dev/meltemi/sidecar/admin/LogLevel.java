package dev.meltemi.sidecar.admin;

import java.lang.reflect.Method;
import java.util.Locale;
import java.util.Set;
import org.slf4j.LoggerFactory;

/// Sets the level of the mesh's own loggers, where the binding behind SLF4J can do that (logback). By reflection, since
/// a sidecar may run on another binding.
final class LogLevel {
    private static final Set<String> LEVELS = Set.of("trace", "debug", "info", "warn", "error", "off");
    private static final String OURS = "dev.meltemi";

    private LogLevel() {}

    /// @return false when there is no such level, or the binding has none that can change
    static boolean set(String level) {
        if (!LEVELS.contains(level)) {
            return false;
        }
        Object logger = LoggerFactory.getLogger(OURS);
        try {
            for (Method method : logger.getClass().getMethods()) {
                if (method.getName().equals("setLevel") && method.getParameterCount() == 1) {
                    Class<?> type = method.getParameterTypes()[0];
                    method.invoke(
                            logger,
                            type.getMethod("valueOf", String.class).invoke(null, level.toUpperCase(Locale.ROOT)));
                    return true;
                }
            }
            return false;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
