package dev.meltemi.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.compiled.Declaration;
import dev.meltemi.schemas.compiled.ServicePort;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a follower of the config keeps of alike records.
class SharedPartsTest {
    @Test
    void alike_records_share_what_is_empty_and_their_short_texts() throws MalformedRecordException {
        byte[] bytes = Topics.ROUTES.codec().encode(routes());

        var first = Topics.ROUTES.codec().decode(bytes);
        var second = Topics.ROUTES.codec().decode(bytes);

        assertThat(first).isEqualTo(routes()).isEqualTo(second);
        assertThat(first.getHost()).isSameAs(second.getHost());
        assertThat(first.getTcp()).isEmpty();
        assertThat((Object) first.getTcp()).isSameAs(second.getTls());
    }

    private static ServiceRoutes routes() {
        var port = ServicePort.newBuilder()
                .setNumber(9080)
                .setName("http")
                .setProtocol("HTTP")
                .build();
        return ServiceRoutes.newBuilder()
                .setHost("reviews.default.svc.cluster.local")
                .setNamespace("default")
                .setDeclaredBy(Declaration.SERVICE)
                .setPorts(List.of(port))
                .build();
    }
}
