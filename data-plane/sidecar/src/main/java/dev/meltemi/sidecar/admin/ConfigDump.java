package dev.meltemi.sidecar.admin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.TreeMap;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What runs, as JSON: the revision, the listeners, and the compiled records from which the table was made.
final class ConfigDump {
    private ConfigDump() {}

    static String json(ProxyState proxy) {
        var mapper =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        var summary = proxy.config().summary();
        var compiled = proxy.config().compiled();
        var dump = new LinkedHashMap<String, Object>();
        dump.put("instance", proxy.instance());
        dump.put("revision", summary.revision());
        dump.put("stale", summary.stale());
        dump.put("refusals", summary.refusals());
        dump.put("listeners", proxy.listeners());
        dump.put("secrets", Secrets.of(proxy));
        dump.put("view", proxy.config().get().view(compiled));
        // Avro's own text of a record is JSON.
        var routes = new ArrayList<Object>();
        new TreeMap<>(compiled.routes()).values().forEach(one -> routes.add(mapper.readTree(one.toString())));
        dump.put("routes", routes);
        var gateways = new ArrayList<Object>();
        new TreeMap<>(compiled.gateways()).values().forEach(one -> gateways.add(mapper.readTree(one.toString())));
        dump.put("gateways", gateways);
        return mapper.writeValueAsString(dump);
    }
}
