package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.flag;
import static dev.meltemi.resources.shape.Shape.freeForm;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.numberOrText;
import static dev.meltemi.resources.shape.Shape.port;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.table;
import static dev.meltemi.resources.shape.Shape.text;
import static dev.meltemi.resources.shape.Shape.whole;

import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.ArrayList;
import java.util.List;

/// Kubernetes' core Service, as a declaration of a mesh service.
final class Services {
    private static final String OUTSIDE = "Kubernetes isn't asked: publish the service with a Gateway";

    private static final Struct PORT = struct().required("port", port())
            .field("name", text())
            .field("protocol", choice("TCP", "UDP", "SCTP"))
            .field("appProtocol", text())
            .field("targetPort", numberOrText())
            .notYet("nodePort", whole(0, 65_535), OUTSIDE);

    private static final Struct SPEC = struct().field("ports", list(PORT))
            .field("selector", table(text()))
            .field("type", choice("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"))
            .field("clusterIP", text())
            .field("clusterIPs", list(text()))
            .field("externalName", text())
            .field("ipFamilies", list(choice("IPv4", "IPv6")))
            .field("ipFamilyPolicy", choice("SingleStack", "PreferDualStack", "RequireDualStack"))
            .field("internalTrafficPolicy", choice("Cluster", "Local"))
            .field("sessionAffinity", choice("None", "ClientIP"))
            .field("publishNotReadyAddresses", flag())
            .field("allocateLoadBalancerNodePorts", flag())
            .field("trafficDistribution", text())
            .notYet("sessionAffinityConfig", freeForm(), "requests are balanced by a DestinationRule")
            .notYet("externalIPs", list(text()), OUTSIDE)
            .notYet("loadBalancerIP", text(), OUTSIDE)
            .notYet("loadBalancerClass", text(), OUTSIDE)
            .notYet("loadBalancerSourceRanges", list(text()), OUTSIDE)
            .notYet("externalTrafficPolicy", text(), OUTSIDE)
            .notYet("healthCheckNodePort", whole(0, 65_535), OUTSIDE);

    static final Kind KIND = new Kind(
            "", "Service", List.of("v1"), SPEC, true, (spec, metadata, report) -> check(spec, report), Services::read);

    private Services() {}

    private static void check(Part spec, Report report) {
        Labels.check(spec.at("selector"), report);
        List<Part> ports = spec.items("ports");
        if (ports.size() > 1) {
            for (Part port : ports) {
                if (port.text("name").isEmpty()) {
                    report.error(port.at("name"), "is missing: several ports are told apart by their names");
                }
            }
            TrafficPolicyCheck.checkDistinct(ports, "name", report);
        }
        ports.forEach(port -> checkPort(port, report));
        checkType(spec, report);
    }

    private static void checkPort(Part port, Report report) {
        String name = port.text("name");
        if (!name.isEmpty() && !(Names.isLabel(name) && Names.isLowerCase(name))) {
            report.error(port.at("name"), "\"" + name + "\" is no port name: lower-case letters, digits and -");
        }
        String target = port.text("targetPort");
        boolean number = !target.isEmpty() && target.chars().allMatch(c -> c >= '0' && c <= '9');
        if (number && (target.length() > 5 || port.whole("targetPort") < 1 || port.whole("targetPort") > 65_535)) {
            report.error(port.at("targetPort"), target + ": expected a port from 1 to 65535");
        } else if (!target.isEmpty() && !number) {
            report.notInForce(
                    port.at("targetPort"), "a name says nothing without pods: the registration's port is used");
        }
        if (port.text("protocol").equals("SCTP")) {
            report.notInForce(port.at("protocol"), "the mesh carries TCP only");
        }
    }

    private static void checkType(Part spec, Report report) {
        String type = spec.text("type");
        if (type.equals("ExternalName") && !Names.isDomain(spec.text("externalName"))) {
            report.error(spec.at("externalName"), "type ExternalName needs the name of a host");
        }
        if (type.equals("NodePort") || type.equals("LoadBalancer")) {
            report.notInForce(spec.at("type"), OUTSIDE);
        }
        if (spec.text("sessionAffinity").equals("ClientIP")) {
            report.notInForce(spec.at("sessionAffinity"), "requests are balanced by a DestinationRule");
        }
        for (Part ip : clusterIpParts(spec)) {
            if (!ip.text().equals("None") && !ip.text().isEmpty() && !Addresses.isIp(ip.text())) {
                report.error(ip, "\"" + ip.text() + "\" is no IP address, and not None");
            }
        }
    }

    private static List<Part> clusterIpParts(Part spec) {
        List<Part> parts = new ArrayList<>(spec.items("clusterIPs"));
        if (parts.isEmpty() && spec.has("clusterIP")) {
            parts.add(spec.at("clusterIP"));
        }
        return parts;
    }

    private static Service read(Part spec, Metadata metadata) {
        List<String> ips = clusterIpParts(spec).stream().map(Part::text).toList();
        String export = metadata.annotations().getOrDefault("networking.istio.io/exportTo", "");
        return new Service(
                metadata.key(),
                spec.items("ports").stream().map(Services::readPort).toList(),
                spec.textTable("selector"),
                ips.stream().filter(Addresses::isIp).toList(),
                ips.contains("None"),
                spec.text("type").equals("ExternalName") ? spec.text("externalName") : "",
                export.isBlank()
                        ? List.of()
                        : List.of(export.split(",", -1)).stream()
                                .map(String::strip)
                                .toList());
    }

    private static ServicePort readPort(Part port) {
        int number = (int) port.whole("port");
        int target = (int) port.whole("targetPort");
        return new ServicePort(number, port.text("name"), Protocol.ofServicePort(port), target == 0 ? number : target);
    }
}
