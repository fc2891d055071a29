# What a viewer of ws-stream hears and says, written from docs/protocol.md. All of it happens at $viewer->{now}, in ms.
package Viewer;
use v5.36;
use builtin 'created_as_number';
no warnings 'experimental::builtin';    # 5.36 has no other way to tell the JSON values 1 and "1" apart
use Exporter 'import';
use JSON::PP ();
use List::Util qw(all min);
use Picture;

our @EXPORT = qw($REPORT new_viewer connected text binary resync age closed answered);

my %TYPES = (    # what a server says: its members, and what each of them is, ? for "or null"
    stream => {
        qw(name text64 epoch u32 format text64 width u16 height u16 source size),
        qw(step u16 crop crop? average boolean tolerance u16 fps number input boolean)
    },
    granted   => {qw(id u32? fps number)},
    pace      => {qw(published number skipped number fps number device boolean)},
    unchanged => {qw(number u32 time u53)},
    waiting   => {qw(number u32 time u53)},
    problem   => {qw(reason text200?)},
    clock     => {qw(viewer_time u53 time u53)},
);
our $REPORT       = qr/^(?:pace|unchanged|waiting|problem)$/;
my $FINAL_CODE   = qr/^(?:1002|1003|1007|1008|1009|1010|44\d\d)$/;
my $PASSING_HTTP = qr/^(?:0|408|425|429|5\d\d)$/;

sub is ($kind, $value) {
    return 1 if $kind =~ s/\?$// && !defined $value;
    return ref $value eq 'JSON::PP::Boolean' if $kind eq 'boolean';
    if ($kind =~ /^text(\d+)/) {
        my $text = defined $value && !ref $value && !created_as_number($value);
        return $text && length $value <= $1 && $value !~ /[\0-\x1f\x7f-\x9f]/;
    }
    if (my $count = { size => 2, crop => 4 }->{$kind}) {
        my $each = $count == 2 ? 'u32' : 'u31';
        return ref $value eq 'ARRAY' && @$value == $count && (all { is($each, $_) } @$value) && min(@$value[-2, -1]) >= 1;
    }
    return if !created_as_number($value) || abs $value == 9**9**9;
    return $kind eq 'number' || $value == int $value && $value >= 0 && $value < 2**substr $kind, 1;
}

sub send_later ($viewer, $type, %members) {
    push $viewer->{says}->@*, JSON::PP->new->canonical->encode({ type => $type, %members });
}

sub new_viewer { return { now => 0, tries => 0, says => [] } }

sub connected ($viewer) {
    $viewer->@{qw(held resyncing heard asked offset)} = (undef, 0, $viewer->{now}, 1000 * $viewer->{now} - 5e6, undef);
}

sub resync ($viewer) {    # before the first `stream` there is nothing to forget
    return if !$viewer->{held};
    $viewer->@{qw(held resyncing)} = (blank($viewer->{held}), 1);
    send_later($viewer, 'resync');
}

sub text ($viewer, $bytes) {
    $viewer->{heard} = $viewer->{now};
    my $message = object($bytes);
    return 'close'   if !$message || !is('text65536', $message->{type});
    return 'ignored' if !(my $table = $TYPES{ my $type = $message->{type} });
    return 'close'   if !all { exists $message->{$_} && is($table->{$_}, $message->{$_}) } keys %$table;
    if ($type eq 'stream') {
        return 'close' if !$message->{step} || !fits($message);
        $viewer->@{qw(held resyncing)} = (blank($message), 0);
    } elsif ($type =~ $REPORT) {
        $viewer->{tries} = 0;
        send_later($viewer, 'resync') if $viewer->{resyncing};
        my $now = int 1000 * $viewer->{now};
        send_later($viewer, 'clock', viewer_time => $viewer->{asked} = $now) if $now >= $viewer->{asked} + 5e6;
    } elsif ($type eq 'clock' && $message->{viewer_time} == $viewer->{asked}) {
        $viewer->{offset} = [$message->{time} - 1000 * $viewer->{now}, $message->{time} - $viewer->{asked}];
    }
    return 'ok';
}

sub binary ($viewer, $message) {
    $viewer->{heard} = $viewer->{now};
    return 'ignored' if $message =~ /^\0\0/;
    return 'close'   if !$viewer->{held};
    my $new = eval { picture($viewer->{held}, $message) };
    if (!$new) {
        die $@ if $@ !~ /^the message breaks a rule/;
        $viewer->{resyncing} ? ($viewer->{held} = blank($viewer->{held})) : resync($viewer);
        return 'refused';
    }
    $viewer->@{qw(held resyncing tries)} = ($new, 0, 0);
    send_later($viewer, 'acknowledge', $new->%{qw(epoch number)}) if $new->{due};
    return 'applied';
}

sub age ($viewer) {    # of the picture held, in ms: at least and at most; nothing while that is not known
    my ($held, $offset) = $viewer->@{qw(held offset)};
    return if !$held->{number} || !$offset;
    my ($now, $drift) = (1000 * $viewer->{now}, 250e-6 * (1000 * $viewer->{now} - $viewer->{asked}));
    return map { ($now + $_ - $held->{time}) / 1000 } $offset->[0] - $drift, $offset->[1] + $drift;
}

sub wait_ms ($viewer) { min(2000, 500 * 2**min(10, $viewer->{tries}++)) * (0.5 + rand 0.5) }
sub closed ($viewer, $code) { $code =~ $FINAL_CODE ? undef : wait_ms($viewer) }
sub answered ($viewer, $http) { $http =~ $PASSING_HTTP ? wait_ms($viewer) : undef }

1;
