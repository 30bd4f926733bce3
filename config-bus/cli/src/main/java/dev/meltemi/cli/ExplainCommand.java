package dev.meltemi.cli;

import dev.meltemi.bus.TopicEvent;
import dev.meltemi.resources.Verdict;
import dev.meltemi.routing.Clusters;
import dev.meltemi.routing.RouteTable;
import dev.meltemi.routing.Workload;
import dev.meltemi.rules.Change;
import dev.meltemi.rules.Compiler;
import dev.meltemi.rules.MeshState;
import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.fleet.Registration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "explain",
        description = {
            "Says which rule, match, destination and endpoints a request would take, and of each rule before it the"
                    + " first predicate that failed. Runs the table that a proxy runs.",
            "meltemi explain --from productpage GET http://reviews:9080/reviews/0 -H 'end-user: jason'",
            "meltemi explain --gateway default/bookinfo-gateway --port 80 http://bookinfo.example/productpage"
        })
final class ExplainCommand extends OperatorCommand {
    private final Surroundings surroundings;

    @Mixin
    BusOptions bus = new BusOptions();

    @ArgGroup(multiplicity = "1")
    Caller caller = new Caller();

    static final class Caller {
        @Option(names = "--from", paramLabel = "WORKLOAD[.NAMESPACE]", description = "whose sidecar is asked")
        @Nullable
        String from;

        @Option(names = "--gateway", paramLabel = "NAMESPACE/NAME", description = "the Gateway that is called")
        @Nullable
        String gateway;
    }

    @Option(
            names = {"-l", "--label"},
            description = "labels of the workload, instead of those with which it registered itself")
    Map<String, String> labels = new LinkedHashMap<>();

    @Option(names = "--port", description = "of the gateway's server (default: as the URL says)")
    int port;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "'NAME: VALUE'",
            description = "may be repeated")
    List<String> headers = List.of();

    @Option(
            names = {"-f", "--filename"},
            paramLabel = "FILE|DIR|-",
            description = "documents instead of a broker: no instance is known then; may be repeated")
    List<String> files = List.of();

    @Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            description = "table or json")
    OutputFormat output = OutputFormat.table;

    @Parameters(arity = "1..2", paramLabel = "[METHOD] URL")
    List<String> words = List.of();

    ExplainCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /// @param registered instances, empty without a broker
    private record Known(Revision revision, Compiled compiled, List<Registration> registered) {}

    @Override
    public Integer call() {
        var request = ExplainedRequest.of(words, headers, caller.gateway == null ? null : port);
        Known known = files.isEmpty() ? onTopics() : inFiles();
        Workload self = caller.gateway == null ? workload(known) : gateway(caller.gateway, known);
        var table = RouteTable.of(self, known.revision(), known.compiled(), new Clusters(), null);
        var explanation = table.explain(request, new SplittableRandom(), known.compiled());
        var explained =
                new Explained(request, explanation, table.view(known.compiled()).clusters(), self, known.compiled());
        if (output == OutputFormat.json) {
            out().println(Listing.json(explained.fields()));
        } else {
            out().println(request + (self.gateway() ? " at gateway " + caller.gateway : " from " + named(self)));
            new ExplainText(out(), explained, !files.isEmpty()).print();
        }
        out().flush();
        return ExitCode.OK;
    }

    private static String named(Workload self) {
        return self.name() + "." + self.namespace() + " " + self.labels();
    }

    private Known onTopics() {
        var topics = new ArrayList<Topic<?>>(CompiledAt.TOPICS);
        topics.add(Topics.WORKLOADS);
        try (var open = bus.open(surroundings.buses())) {
            List<TopicEvent<?>> events = bus.read(open, topics, null);
            var at = CompiledAt.of(events, "", -1)
                    .orElseThrow(() -> new CommandFailure(
                            ExitCode.UNAVAILABLE,
                            "nothing was compiled yet: is the route-compiler running (`meltemi control`)?"));
            return new Known(at.revision(), at.compiled(), registered(events));
        }
    }

    private static List<Registration> registered(Collection<TopicEvent<?>> events) {
        var registered = new LinkedHashMap<String, Registration>();
        for (var event : events) {
            if (event instanceof TopicEvent.Put<?> put && put.value() instanceof Registration registration) {
                registered.put(put.key(), registration);
            } else if (event instanceof TopicEvent.Delete<?> delete
                    && delete.topic().equals(Topics.WORKLOADS)) {
                registered.remove(delete.key());
            }
        }
        return List.copyOf(registered.values());
    }

    private Known inFiles() {
        var changes = new ArrayList<Change>();
        for (var judged : JudgedDocument.of(SourceDocument.read(files, surroundings.in()), null)) {
            if (judged.verdict() instanceof Verdict.Accepted accepted) {
                changes.add(new Change.Accepted(accepted.resource(), changes.size(), changes.size()));
            } else {
                FindingText.print(err(), judged);
            }
        }
        err().flush();
        return new Known(
                Revision.NONE,
                Compiler.all(Compiler.step(MeshState.EMPTY, changes).after()),
                List.of());
    }

    private Workload workload(Known known) {
        String named = String.valueOf(caller.from);
        int dot = named.indexOf('.');
        String name = dot < 0 ? named : named.substring(0, dot);
        String namespace = dot < 0 ? "default" : named.substring(dot + 1);
        Optional<Registration> instance = known.registered().stream()
                .filter(each -> each.getNamespace().equals(namespace)
                        && (each.getWorkload().equals(name)
                                || each.getInstance().equals(name)
                                || name.equals(each.getLabels().get("app"))))
                .findFirst();
        if (instance.isEmpty() && labels.isEmpty()) {
            err().println("note: no instance of " + name + " in " + namespace
                    + " is known: taken to have the label app=" + name + "; --label NAME=VALUE says others");
            err().flush();
        }
        return new Workload(
                name,
                instance.map(Registration::getWorkload).orElse(name),
                namespace,
                labels.isEmpty() ? instance.map(Registration::getLabels).orElse(Map.of("app", name)) : labels,
                instance.map(Registration::getServiceAccount).orElse(""),
                "Kubernetes",
                false);
    }

    /// A workload that this Gateway selects.
    private Workload gateway(String name, Known known) {
        GatewayRoutes gateway = known.compiled().gateways().values().stream()
                .filter(each -> each.getGateway().equals(name))
                .findFirst()
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.DATA,
                        "there is no Gateway " + name + "; there are: "
                                + String.join(
                                        ", ",
                                        known.compiled().gateways().values().stream()
                                                .map(GatewayRoutes::getGateway)
                                                .sorted()
                                                .toList())));
        return new Workload(
                "gateway",
                "gateway",
                name.substring(0, name.indexOf('/')),
                labels.isEmpty() ? gateway.getSelector() : labels,
                "",
                "Kubernetes",
                true);
    }
}
