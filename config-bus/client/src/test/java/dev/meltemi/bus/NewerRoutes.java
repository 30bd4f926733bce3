package dev.meltemi.bus;

import dev.meltemi.schemas.SchemaIds;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.Declaration;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.registry.RegisteredSchema;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// `ServiceRoutes` as a version that doesn't exist yet would write it: with one more field.
record NewerRoutes(int id) {
    static final AtomicInteger NEXT_ID = new AtomicInteger(90_000);
    private static final int HEADER = 5;

    RegisteredSchema schema() {
        String now = SchemaIds.all().stream()
                .filter(schema -> schema.topic().equals(Topics.ROUTES.name()))
                .max(Comparator.comparingInt(SchemaIds.Registered::version))
                .orElseThrow()
                .json();
        String end = "]}";
        return RegisteredSchema.newBuilder()
                .setSubject("mesh.routes-value")
                .setId(id)
                .setVersion(99)
                .setDefinition(now.substring(0, now.length() - end.length())
                        + ",{\"name\":\"future\",\"type\":\"string\",\"default\":\"\"}]}")
                .build();
    }

    /// The record as it stands, and behind it the new field: a string of two bytes, its length zigzag-coded.
    byte[] routes(String host) {
        byte[] now = Topics.ROUTES
                .codec()
                .encode(ServiceRoutes.newBuilder()
                        .setHost(host)
                        .setNamespace("default")
                        .setDeclaredBy(Declaration.SERVICE)
                        .setPorts(List.of())
                        .setHttp(List.of())
                        .setPolicies(List.of())
                        .build());
        return ByteBuffer.allocate(now.length + 3)
                .put((byte) 0)
                .putInt(id)
                .put(now, HEADER, now.length - HEADER)
                .put(new byte[] {4, 'h', 'i'})
                .array();
    }
}
