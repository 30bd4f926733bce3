package dev.meltemi.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.routing.Breakers.Taken;
import dev.meltemi.schemas.compiled.ConnectionPool;
import dev.meltemi.schemas.compiled.RetryBudget;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import org.junit.jupiter.api.Test;

class BreakersTest {
    private static Breakers limited(ConnectionPool.Builder pool) {
        return new Breakers(Given.inForce(TrafficPolicy.newBuilder().setConnectionPool(pool.build())));
    }

    @Test
    void what_is_full_refuses_and_counts_it_until_something_is_given_back() {
        var breakers = limited(ConnectionPool.newBuilder().setHttp1MaxPendingRequests(1));

        Taken first = breakers.takePending();
        Taken second = breakers.takePending();
        breakers.endPending();

        assertThat(first).isEqualTo(Taken.COUNTED);
        assertThat(second).isEqualTo(Taken.REFUSED);
        assertThat(breakers.overflows()).isEqualTo(1);
        assertThat(breakers.takePending()).isEqualTo(Taken.COUNTED);
    }

    @Test
    void without_a_limit_nothing_is_counted() {
        var breakers = new Breakers(PolicyInForce.DEFAULT);

        assertThat(breakers.takePending()).isEqualTo(Taken.UNLIMITED);
        assertThat(breakers.takeRequest()).isEqualTo(Taken.UNLIMITED);
        assertThat(breakers.takeRetry()).isEqualTo(Taken.UNLIMITED);
        assertThat(breakers.takeConnection(true)).isEqualTo(Taken.UNLIMITED);
    }

    @Test
    void the_first_connection_to_an_endpoint_is_always_allowed() {
        var breakers = limited(ConnectionPool.newBuilder().setMaxConnections(1));

        assertThat(breakers.takeConnection(true)).isEqualTo(Taken.COUNTED);
        assertThat(breakers.takeConnection(false)).isEqualTo(Taken.REFUSED);
        assertThat(breakers.takeConnection(true)).isEqualTo(Taken.COUNTED);
    }

    @Test
    void a_budget_is_a_share_of_the_requests_under_way_and_replaces_the_limit_of_retries() {
        var breakers = new Breakers(Given.inForce(TrafficPolicy.newBuilder()
                .setConnectionPool(ConnectionPool.newBuilder().setMaxRetries(1).build())
                .setRetryBudget(new RetryBudget(20.0, 3, null))));
        for (int i = 0; i < 25; i++) {
            assertThat(breakers.takeRequest()).isEqualTo(Taken.COUNTED);
        }

        int retries = 0;
        while (breakers.takeRetry() == Taken.COUNTED) {
            retries++;
        }
        int afterwards = 0;
        for (int i = 0; i < 25; i++) {
            breakers.endRequest();
        }
        for (int i = 0; i < retries; i++) {
            breakers.endRetry();
        }
        while (breakers.takeRetry() == Taken.COUNTED) {
            afterwards++;
        }

        assertThat(retries).as("20 % of 25").isEqualTo(5);
        assertThat(afterwards).as("at least").isEqualTo(3);
    }
}
