package dev.meltemi.distribution;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// A whole mesh in one process: broker, control services, bookinfo with a sidecar for each instance, a gateway,
/// traffic.
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Runs a mesh with bookinfo and traffic in one process, until Ctrl-C.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:it was told to end", "64:the command line isn't right", "69:a port or folder can't be used"})
final class DemoCommand implements Callable<Integer> {
    @Option(names = "--headless", description = "no screen; a line READY on stdout when traffic flows")
    private boolean headless;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "keep rules, events and states here; without it a folder that is deleted at the end")
    private @Nullable Path dataDir;

    @Option(
            names = "--port-offset",
            paramLabel = "N",
            defaultValue = "0",
            description = "shift every published port: 9080 bookinfo, 19092 Kafka, 8081 schemas (default: 0)")
    private int portOffset;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, InterruptedException {
        var layout = layout();
        var out = spec.commandLine().getOut();
        var screen = new DemoScreen(
                headless ? new PrintWriter(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8) : out,
                InstantSource.system(),
                ProcessHandle.current()
                        .info()
                        .startInstant()
                        .orElseGet(InstantSource.system()::instant)
                        .toEpochMilli());
        try (var running = new Foreground()) {
            var folder = running.add(DemoFolder.open(dataDir));
            running.add(Demo.start(layout, folder.path(), screen));
            screen.ready(layout, folder.path().toString());
            if (headless) {
                out.println("READY");
                out.flush();
            }
            running.await();
        }
        return 0;
    }

    private DemoLayout layout() {
        try {
            return new DemoLayout(portOffset);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
