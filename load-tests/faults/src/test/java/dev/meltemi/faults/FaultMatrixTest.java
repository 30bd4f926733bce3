package dev.meltemi.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every row of the fault matrix in its short form: what must not break, without judging latencies.
class FaultMatrixTest {
    private static final Labs LABS = new Labs();

    @AfterAll
    static void end() {
        LABS.close();
    }

    @TestFactory
    Stream<DynamicTest> holds_in_its_short_form() {
        return FaultMatrix.ROWS.stream()
                .map(row -> DynamicTest.dynamicTest("row " + row.number() + ": " + row.fault(), () -> {
                    var result = FaultMatrix.once(row, LABS, Form.SHORT);

                    System.out.println(result.line());
                    result.notes().forEach(note -> System.out.println("  " + note));
                    assertThat(result.shortcomings()).isEmpty();
                }));
    }
}
