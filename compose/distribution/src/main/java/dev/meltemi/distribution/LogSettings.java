package dev.meltemi.distribution;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.Map;

/// Data goes to stdout, everything else to stderr, a line an event. `MELTEMI_LOG_LEVEL` changes our own level.
///
/// Code instead of a `logback.xml`: reading one loads an XML parser and logback's own language for it, 600 classes
/// that a proxy keeps for its life. Whoever names a file by `-Dlogback.configurationFile` is heard.
public final class LogSettings extends ContextAwareBase implements Configurator {
    private static final String LINE =
            "time=%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} level=%level logger=%logger{0} %msg%n%ex{5}";

    /// A lost broker is said once by the bus, not by every client thread.
    private static final Map<String, Level> FOREIGN = Map.of(
            "org.apache.kafka.clients", Level.OFF,
            "org.apache.kafka", Level.ERROR,
            "kafka", Level.ERROR,
            "state.change.logger", Level.OFF);

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty("logback.configurationFile") != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        var line = new PatternLayoutEncoder();
        line.setContext(context);
        line.setPattern(LINE);
        line.start();
        var stderr = new ConsoleAppender<ILoggingEvent>();
        stderr.setContext(context);
        stderr.setTarget("System.err");
        stderr.setEncoder(line);
        stderr.start();
        var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(stderr);
        FOREIGN.forEach((name, level) -> context.getLogger(name).setLevel(level));
        context.getLogger("dev.meltemi").setLevel(Level.toLevel(System.getenv("MELTEMI_LOG_LEVEL"), Level.INFO));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
