package dev.trainyard.standalone.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LoopbackPortTest {

    @Test
    void ports_that_are_chosen_before_anybody_listens_on_them_all_differ() {
        assertThat(Stream.generate(LoopbackPort::free).limit(2000)).doesNotHaveDuplicates();
    }

    @Test
    void a_port_of_an_earlier_start_is_not_chosen_again() {
        LoopbackPort next = new LoopbackPort(LoopbackPort.free().number() % 32_767 + 1);

        assertThat(LoopbackPort.freeBeside(next)).isNotEqualTo(next);
    }
}
