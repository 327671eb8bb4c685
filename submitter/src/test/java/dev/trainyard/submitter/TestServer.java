package dev.trainyard.submitter;

import dev.trainyard.db.PostgresUrl;
import dev.trainyard.db.TestPostgres;

/** A server over a database of its own and the shared broker, its client, and a worker. */
final class TestServer implements AutoCloseable {

    final PostgresUrl postgres = TestPostgres.freshDatabase();
    final Server server = Server.start(new ServerSettings(
            TestKafka.shared().bootstrapServers(), postgres, null, "127.0.0.1", 0, null, null, null));
    final Http http = new Http(server.uri());
    final TestWorker worker = new TestWorker(postgres);

    @Override
    public void close() {
        try (worker;
                server) {
            http.close();
        }
    }
}
