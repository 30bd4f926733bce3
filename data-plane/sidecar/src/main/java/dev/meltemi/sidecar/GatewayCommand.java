package dev.meltemi.sidecar;

import dev.meltemi.sidecar.SidecarSettings.Listen;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `meltemi gateway`: one proxy that serves Gateways.
@Command(
        name = "gateway",
        mixinStandardHelpOptions = true,
        description = {
            "Runs one proxy that serves the Gateways whose selector its labels match.",
            "The ports that it opens are those of the Gateways' servers; a port that can't be had is reported,"
                    + " the others go on."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it was asked to end",
            "64:the command line isn't right",
            "65:a document of --resources isn't right",
            "69:a port is taken",
            "70:an event loop died, and it must be started anew"
        })
public final class GatewayCommand implements Callable<Integer> {
    private final ProxyBuses buses;

    @Spec
    @Nullable
    CommandSpec spec;

    @Mixin
    ProxyOptions options = new ProxyOptions();

    @Option(
            names = "--workload",
            defaultValue = "istio-ingressgateway",
            description = "stable name of the workload (default: ${DEFAULT-VALUE})")
    String workload = "istio-ingressgateway";

    @Option(
            names = "--labels",
            split = ",",
            paramLabel = "KEY=VALUE",
            defaultValue = "istio=ingressgateway",
            description = "what Gateways select by (default: ${DEFAULT-VALUE})")
    Map<String, String> labels = Map.of();

    @Option(
            names = "--bind",
            defaultValue = "0.0.0.0",
            description = "address of servers that name none (default: ${DEFAULT-VALUE})")
    String bind = "0.0.0.0";

    @Option(
            names = "--address",
            defaultValue = "127.0.0.1",
            paramLabel = "ADDRESS",
            description = "of this instance, for metrics, health and registration; a name is looked up once"
                    + " (default: ${DEFAULT-VALUE})")
    String address = "127.0.0.1";

    @Option(names = "--port-offset", defaultValue = "0", description = "added to the ports of servers (default: 0)")
    int portOffset;

    public GatewayCommand(ProxyBuses buses) {
        this.buses = buses;
    }

    @Override
    public Integer call() {
        var line = Objects.requireNonNull(spec, "picocli sets it").commandLine();
        var listen = new Listen(ProxyOptions.numeric(address, line), bind, portOffset, 0, options.ports())
                .handingOver(options.handOver);
        return ProxyRun.run(options.settings(workload, labels, true, List.of(), listen), options, buses, line.getOut());
    }
}
