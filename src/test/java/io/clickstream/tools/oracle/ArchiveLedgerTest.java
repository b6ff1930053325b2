package io.clickstream.tools.oracle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.tools.oracle.ArchiveLedger.Difference;
import org.junit.jupiter.api.Test;

class ArchiveLedgerTest {

    private final ArchiveLedger ledger = new ArchiveLedger();

    @Test
    void theSameRecordsInAnotherOrderAreEqual() {
        for (int i = 0; i < 5_000; i++) {
            sent("record " + i);
            found("record " + (4_999 - i));
        }

        assertThat(ledger.isComplete()).isTrue();
        assertThat(ledger.found()).isEqualTo(5_000);
        assertThat(ledger.difference()).isEqualTo(new Difference(5_000, 0, 0));
        assertThat(ledger.difference().isNone()).isTrue();
    }

    @Test
    void oneThatIsThereTwiceIsUnexpectedAndMakesUpForNoOther() {
        sent("a", "b", "c");
        found("a", "a", "c");

        assertThat(ledger.isComplete()).isTrue();
        assertThat(ledger.difference()).isEqualTo(new Difference(3, 1, 1));
        assertThat(ledger.difference().isNone()).isFalse();
    }

    @Test
    void twoThatAreAlikeMustBeThereTwice() {
        sent("a", "a");
        found("a");

        assertThat(ledger.isComplete()).isFalse();
        assertThat(ledger.difference()).isEqualTo(new Difference(2, 1, 0));
        found("a");
        assertThat(ledger.difference().isNone()).isTrue();
        found("a", "b");
        assertThat(ledger.difference()).isEqualTo(new Difference(2, 0, 2));
    }

    private void sent(String... records) {
        for (String record : records) {
            ledger.sent(record.getBytes(UTF_8));
        }
    }

    private void found(String... records) {
        for (String record : records) {
            ledger.found(record.getBytes(UTF_8));
        }
    }
}
