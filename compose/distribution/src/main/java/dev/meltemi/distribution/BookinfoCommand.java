package dev.meltemi.distribution;

import dev.meltemi.bookinfo.Bookinfo;
import dev.meltemi.bookinfo.Bookinfo.App;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import reactor.netty.resources.LoopResources;

/// One app of bookinfo as a process of its own, beside a sidecar.
@Command(
        name = "bookinfo",
        mixinStandardHelpOptions = true,
        description = "Runs one app of bookinfo beside a sidecar, until it is told to end.")
final class BookinfoCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "WORKLOAD",
            description = "productpage-v1, details-v1, reviews-v1, reviews-v2, reviews-v3 or ratings-v1")
    private String workload = "";

    @Option(names = "--host", defaultValue = "127.0.0.1", description = "address to listen on (default: 127.0.0.1)")
    private String host = "127.0.0.1";

    @Option(names = "--port", defaultValue = "9081", description = "port to listen on (default: 9081)")
    private int port = 9081;

    @Option(
            names = "--outbound",
            defaultValue = "127.0.0.1:15001",
            paramLabel = "HOST:PORT",
            description = "the outbound listener of its sidecar (default: 127.0.0.1:15001)")
    private String outbound = "";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        var settings = new Bookinfo.Settings(
                app(), new InetSocketAddress(host, port), Optional.of(address("--outbound", outbound)));
        try (var running = new Foreground()) {
            var loops = LoopResources.create("app", 1, true);
            running.add(loops::dispose);
            var app = Bookinfo.start(settings, loops);
            running.add(app::disposeNow);
            var out = spec.commandLine().getOut();
            out.println("READY " + host + ":" + app.port());
            out.flush();
            running.await();
        }
        return 0;
    }

    private App app() {
        return Bookinfo.TOPOLOGY.stream()
                .filter(app -> app.workload().equals(workload))
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "there is no workload '" + workload + "'; expected one of "
                                + Bookinfo.TOPOLOGY.stream().map(App::workload).collect(Collectors.joining(", "))));
    }

    private InetSocketAddress address(String option, String text) {
        int colon = text.lastIndexOf(':');
        try {
            return new InetSocketAddress(
                    text.substring(0, Math.max(colon, 0)), Integer.parseInt(text.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), option + " " + text + ": expected HOST:PORT", e);
        }
    }
}
