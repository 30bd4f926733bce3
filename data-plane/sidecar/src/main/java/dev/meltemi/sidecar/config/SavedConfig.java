package dev.meltemi.sidecar.config;

import dev.meltemi.bus.state.SavedState;
import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.MalformedRecordException;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.AccessRules;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.Settings;
import java.time.Instant;
import java.util.HashMap;

/// What a sidecar ran, as its last-known-good file tells it.
record SavedConfig(Revision revision, Compiled compiled, Instant writtenAt) {
    /// @throws MalformedRecordException when a record was written by a version that this one can't read
    static SavedConfig of(SavedState saved) throws MalformedRecordException {
        var routes = new HashMap<String, ServiceRoutes>();
        var gateways = new HashMap<String, GatewayRoutes>();
        var endpoints = new HashMap<String, ServiceEndpoint>();
        var access = new HashMap<String, AccessRules>();
        var settings = new HashMap<String, Settings>();
        for (var record : saved.records()) {
            if (record.topic().equals(Topics.ROUTES.name())) {
                routes.put(record.key(), Topics.ROUTES.codec().decode(record.raw()));
            } else if (record.topic().equals(Topics.GATEWAYS.name())) {
                gateways.put(record.key(), Topics.GATEWAYS.codec().decode(record.raw()));
            } else if (record.topic().equals(Topics.ENDPOINTS.name())) {
                endpoints.put(record.key(), Topics.ENDPOINTS.codec().decode(record.raw()));
            } else if (record.topic().equals(Topics.ACCESS_RULES.name())) {
                access.put(record.key(), Topics.ACCESS_RULES.codec().decode(record.raw()));
            } else if (record.topic().equals(Topics.SETTINGS.name())) {
                settings.put(record.key(), Topics.SETTINGS.codec().decode(record.raw()));
            }
        }
        return new SavedConfig(
                saved.revision(), new Compiled(routes, gateways, endpoints, access, settings), saved.writtenAt());
    }
}
