package dev.meltemi.sidecar;

import dev.meltemi.sidecar.SidecarSettings.Forward;
import dev.meltemi.sidecar.SidecarSettings.Listen;
import dev.meltemi.sidecar.SidecarSettings.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `meltemi sidecar`: one proxy beside an application.
@Command(
        name = "sidecar",
        mixinStandardHelpOptions = true,
        description = "Runs one proxy beside an application.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it was asked to end",
            "64:the command line isn't right",
            "65:a document of --resources isn't right",
            "69:a port is taken",
            "70:an event loop died, and it must be started anew"
        })
public final class SidecarCommand implements Callable<Integer> {
    private final ProxyBuses buses;

    @Spec
    @Nullable
    CommandSpec spec;

    @Mixin
    ProxyOptions options = new ProxyOptions();

    @Mixin
    ProbeOptions probe = new ProbeOptions();

    @Option(names = "--workload", required = true, description = "stable name of the workload: reviews-v1")
    String workload = "";

    @Option(
            names = "--service",
            paramLabel = "NAME[:PORT[:PROTOCOL]]",
            description = "service that it serves; port 9080 and http unless said; may be repeated")
    List<String> services = List.of();

    @Option(
            names = "--labels",
            split = ",",
            paramLabel = "KEY=VALUE",
            description = "labels of the workload (default: app=<first service>)")
    Map<String, String> labels = Map.of();

    @Option(
            names = "--address",
            defaultValue = "127.0.0.1",
            paramLabel = "ADDRESS",
            description = "at which it listens and is reached; a name is looked up once (default: ${DEFAULT-VALUE})")
    String address = "127.0.0.1";

    @Option(
            names = "--app-port",
            defaultValue = "0",
            description = "where the application listens: at 127.0.0.1, or at --address when that is loopback"
                    + " (default: 0, there is none)")
    int appPort;

    @Option(
            names = "--intercept",
            description = "connections are led to --outbound-port and --inbound-port that were made to elsewhere, as by"
                    + " meltemi-iptables; without --app-port the application is where others ask for it")
    boolean intercept;

    @Option(
            names = "--forward",
            paramLabel = "LOCALPORT=HOST:PORT",
            description = "port of this machine, beside --outbound-port, that stands for a service's, whatever that"
                    + " speaks; may be repeated")
    Map<Integer, String> forwards = Map.of();

    public SidecarCommand(ProxyBuses buses) {
        this.buses = buses;
    }

    @Override
    public Integer call() {
        var served = new ArrayList<Service>();
        services.forEach(text -> served.add(service(text)));
        var at = Listen.at(ProxyOptions.numeric(address, commandLine()), appPort)
                .with(options.ports())
                .handingOver(options.handOver)
                .forwarding(forwards.entrySet().stream()
                        .map(entry -> forward(entry.getKey(), entry.getValue()))
                        .toList());
        Listen listen = intercept ? at.intercepting() : at;
        var settings = options.settings(workload, labels(), false, served, listen);
        return ProxyRun.run(
                probe.settings(appPort).map(settings::with).orElse(settings),
                options,
                buses,
                commandLine().getOut());
    }

    private Map<String, String> labels() {
        return labels.isEmpty() && !services.isEmpty()
                ? Map.of("app", services.getFirst().split("[.:]", 2)[0])
                : labels;
    }

    private Forward forward(int local, String to) {
        int colon = to.lastIndexOf(':');
        try {
            return new Forward(local, to.substring(0, Math.max(0, colon)), Integer.parseInt(to.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new CommandLine.ParameterException(
                    commandLine(), "--forward " + local + "=" + to + ": expected LOCALPORT=HOST:PORT", e);
        }
    }

    private Service service(String text) {
        String[] parts = text.split(":", 3);
        String host = parts[0].contains(".") ? parts[0] : parts[0] + "." + options.namespace + ".svc.cluster.local";
        try {
            int port = parts.length > 1 ? Integer.parseInt(parts[1]) : 9080;
            return new Service(host, port, parts.length > 2 ? parts[2] : "http");
        } catch (NumberFormatException e) {
            throw new CommandLine.ParameterException(
                    commandLine(), "--service " + text + ": '" + parts[1] + "' is not a port", e);
        }
    }

    private CommandLine commandLine() {
        return java.util.Objects.requireNonNull(spec, "picocli sets it").commandLine();
    }
}
