package dev.meltemi.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/// Row 4, second half: the network to the broker is broken in one direction, while its connections look open.
final class HalfOpenBroker implements Row {
    private static final int RATE = 200;

    @Override
    public String number() {
        return "4b";
    }

    @Override
    public String fault() {
        return "half-open connections to the broker";
    }

    @Override
    public Result run(Labs labs, Form form) {
        var folder = labs.ownFolder();
        try (var lab = new Lab(folder)) {
            String address = lab.newAddress();
            var place = new ClusterNode.Place(1, address, Addresses.freePort(address), Addresses.freePort(address), "");
            try (var proxy = TcpProxy.start(lab.newAddress(), new InetSocketAddress(address, place.port()))) {
                var told =
                        new ClusterNode.Place(1, place.host(), place.port(), place.controllerPort(), proxy.address());
                lab.add(
                                "broker",
                                ClusterNode.command(told, List.of(told), folder.resolve("broker")),
                                line -> line.startsWith("READY "))
                        .launch()
                        .awaitStarted(Lab.START);
                lab.connect(proxy.address());
                lab.addControl("control");
                lab.addSidecars();
                return run(lab, proxy, form);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private Result run(Lab lab, TcpProxy proxy, Form form) {
        var trial = new Trial(this, form, lab.ledger());
        int backwards = lab.told().backwards();
        Duration broken = form.of(Duration.ofSeconds(8), Duration.ofMinutes(2));
        Duration quiet = form.beside(broken, Duration.ofSeconds(1), Duration.ofSeconds(30));
        try (var load = lab.load(RATE)) {
            trial.before(load, quiet);
            FrozenBroker.silent(lab, trial, load, broken, "answers-lost", proxy::swallowAnswers, proxy::heal);
            if (form.full()) {
                trial.before(load, quiet);
                FrozenBroker.silent(lab, trial, load, broken, "requests-lost", proxy::swallowRequests, proxy::heal);
            }
        }
        trial.require(lab.told().backwards() == backwards, "a sidecar ran an older revision after a newer one");
        return trial.result(true);
    }
}
