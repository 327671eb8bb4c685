package dev.trainyard.standalone.embedded;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.db.Database;
import dev.trainyard.db.DatabaseUnavailable;
import dev.trainyard.db.Migrations;
import dev.trainyard.db.PostgresUrl;
import dev.trainyard.db.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a worker hears that wants to join a running {@code up} and cannot. */
class LoginTest {

    @TempDir
    static Path directory;

    @SuppressWarnings("NullAway.Init")
    private static LocalPostgres postgres;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start(directory, 0);
        Migrations.migrate(login(LocalPostgres.SUPERUSER + ":" + postgres.password(LocalPostgres.SUPERUSER) + "@"));
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void without_a_password_or_with_a_wrong_one_it_is_told_where_to_give_it() {
        for (String user : new String[] {"", "trainyard_worker:wrong-one@"}) {
            assertThatThrownBy(() -> Database.connect(login(user), Role.WORKER, 1))
                    .isInstanceOf(DatabaseUnavailable.class)
                    .hasMessageContaining("password")
                    .hasMessageContaining("Give user and password: postgresql://USER:PASSWORD@")
                    .hasMessageContaining("~/.pgpass")
                    .message()
                    .doesNotContain("wrong-one", "..", "\n");
        }
    }

    @Test
    void the_password_may_be_in_the_password_file(@TempDir Path home) throws IOException {
        // The driver asks for it at each login.
        String file = "org.postgresql.pgpassfile";
        System.setProperty(
                file,
                Files.writeString(
                                home.resolve(".pgpass"),
                                "127.0.0.1:*:trainyard:trainyard_worker:%s%n"
                                        .formatted(postgres.password("trainyard_worker")))
                        .toString());
        try {
            for (String user : new String[] {"", "trainyard_worker@"}) {
                Database.connect(login(user), Role.WORKER, 1).close();
            }
        } finally {
            System.clearProperty(file);
        }
    }

    @Test
    void as_the_reader_it_is_told_which_role_it_needs() {
        assertThatThrownBy(() -> Database.connect(login("trainyard_reader@"), Role.WORKER, 1))
                .hasMessageContaining("needs the role trainyard_worker");
    }

    private static PostgresUrl login(String user) {
        return PostgresUrl.parse("postgresql://%s127.0.0.1:%d/trainyard".formatted(user, postgres.port()));
    }
}
