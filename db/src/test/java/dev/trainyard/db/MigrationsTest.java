package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MigrationsTest {

    @Test
    void an_empty_database_is_refused_with_the_command_that_helps() {
        PostgresUrl empty = TestPostgres.emptyDatabase();

        assertThatThrownBy(() -> Database.connect(empty, Role.WORKER, 1))
                .isInstanceOf(DatabaseUnavailable.class)
                .hasMessageContaining("trainyard migrate");
    }

    @Test
    void migrating_twice_applies_nothing_the_second_time() {
        PostgresUrl url = TestPostgres.freshDatabase();

        int applied = Migrations.migrate(TestPostgres.asSuperuser(url));

        assertThat(applied).isZero();
    }

    @Test
    void a_server_that_does_not_answer_is_named_in_the_error() {
        assertThatThrownBy(() -> Database.connect(PostgresUrl.parse("postgresql://localhost:1/none"), Role.WORKER, 1))
                .isInstanceOf(DatabaseUnavailable.class)
                .hasMessageContaining("localhost:1/none");
    }
}
